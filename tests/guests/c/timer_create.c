// POSIX timers: by signal, by thread, with overruns.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void on_thread(union sigval value) { printf("thread callback %d\n", value.sival_int); }

static void set(timer_t timer, long first_ms, long every_ms) {
    struct itimerspec spec = {{every_ms / 1000, every_ms % 1000 * 1000000}, {first_ms / 1000, first_ms % 1000 * 1000000}};
    timer_settime(timer, 0, &spec, NULL);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    sigset_t set_of_one;
    sigemptyset(&set_of_one);
    sigaddset(&set_of_one, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set_of_one, NULL);
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN;
    event.sigev_value.sival_int = 42;
    timer_t timer;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    set(timer, 1000, 500);
    siginfo_t info;
    for (int i = 0; i < 3; i++) {
        sigwaitinfo(&set_of_one, &info);
        printf("signal with %d\n", info.si_value.sival_int);
    }
    usleep(1700000);
    sigwaitinfo(&set_of_one, &info);
    printf("overrun %d\n", info.si_overrun);
    struct itimerspec left;
    timer_gettime(timer, &left);
    printf("left %ld ms\n", (left.it_value.tv_nsec + 5000000) / 10000000 * 10);
    timer_delete(timer);
    struct timespec patience = {0, 800000000};
    printf("none left: %d\n", sigtimedwait(&set_of_one, &info, &patience));
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = on_thread;
    event.sigev_value.sival_int = 7;
    timer_create(CLOCK_REALTIME, &event, &timer);
    set(timer, 600, 0);
    sleep(2);
    puts("end");
    return 0;
}
