// A timer file that is closed before it was read: an epoll forgets it with its last descriptor, and not before.
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

static void say(int epoll, const char *what) {
    struct epoll_event event;
    printf("%s: %d\n", what, epoll_wait(epoll, &event, 1, 300));
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("start\n");
    int epoll = epoll_create1(0);
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
    struct itimerspec every = {{0, 200000000}, {0, 200000000}};
    timerfd_settime(timer, 0, &every, NULL);
    usleep(500000);
    int other = dup(timer);
    close(timer);
    say(epoll, "one descriptor is left");
    close(other);
    say(epoll, "none is left");
    timer = timerfd_create(CLOCK_MONOTONIC, 0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
    timerfd_settime(timer, 0, &every, NULL);
    say(epoll, "a new one");
    return 0;
}
