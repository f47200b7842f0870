// Signals of timers, read from a file and fetched by waiting: they say what the kernel's own say.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void show(int file, const char *what) {
    struct signalfd_siginfo info;
    if (read(file, &info, sizeof info) == sizeof info)
        printf("%s: code %d, sender %u, value %d, overrun %u\n", what, info.ssi_code, info.ssi_pid, info.ssi_int, info.ssi_overrun);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int file = signalfd(-1, &set, 0);
    alarm(1);
    show(file, "alarm");
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR1;
    event.sigev_value.sival_int = 42;
    timer_t timer;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    struct itimerspec spec = {{0, 100000000}, {0, 100000000}};
    timer_settime(timer, 0, &spec, NULL);
    show(file, "timer");
    usleep(350000);
    show(file, "late");
    timer_delete(timer);
    struct itimerval once = {{0, 0}, {0, 200000}};
    setitimer(ITIMER_REAL, &once, NULL);
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigwaitinfo(&set, &info);
    printf("fetched: code %d, sender %d\n", info.si_code, info.si_pid);
    return 0;
}
