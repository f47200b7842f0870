// timerfd: once, periodic, read late (overruns), absolute on the calendar.
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static void set(int fd, int flags, long first_ms, long every_ms) {
    struct itimerspec spec = {{every_ms / 1000, every_ms % 1000 * 1000000}, {first_ms / 1000, first_ms % 1000 * 1000000}};
    timerfd_settime(fd, flags, &spec, NULL);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    uint64_t count;
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    set(fd, 0, 1500, 0);
    read(fd, &count, sizeof count);
    printf("once: %lu\n", count);
    set(fd, 0, 200, 300);
    for (int i = 0; i < 3; i++) {
        read(fd, &count, sizeof count);
        printf("periodic: %lu\n", count);
    }
    usleep(1000000);
    read(fd, &count, sizeof count);
    printf("late: %lu\n", count);
    struct itimerspec left;
    timerfd_gettime(fd, &left);
    printf("left: %ld ms\n", (left.it_value.tv_sec * 1000000000 + left.it_value.tv_nsec + 5000000) / 10000000 * 10);
    set(fd, 0, 0, 0);
    struct pollfd wait = {fd, POLLIN, 0};
    printf("disarmed: %d\n", poll(&wait, 1, 500));
    set(fd, 0, 700, 0);
    printf("poll: %d\n", poll(&wait, 1, 5000));
    int calendar = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct itimerspec at = {{0, 0}, {now.tv_sec + 3, now.tv_nsec}};
    timerfd_settime(calendar, TFD_TIMER_ABSTIME, &at, NULL);
    printf("too early: %zd\n", read(calendar, &count, sizeof count));
    struct pollfd wait2 = {calendar, POLLIN, 0};
    poll(&wait2, 1, -1);
    printf("calendar: %zd\n", read(calendar, &count, sizeof count));
    return 0;
}
