// Several signals of timers fetched by one read of a signalfd: each tells whose it is.
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("start\n");
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGALRM);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    int file = signalfd(-1, &blocked, 0);
    struct itimerval once = {{0, 0}, {0, 100000}};
    setitimer(ITIMER_REAL, &once, NULL);
    timer_t timer;
    struct sigevent tell = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42};
    timer_create(CLOCK_MONOTONIC, &tell, &timer);
    struct itimerspec every = {{0, 100000000}, {0, 100000000}};
    timer_settime(timer, 0, &every, NULL);
    usleep(450000);
    struct signalfd_siginfo told[5];
    int count = read(file, told, sizeof told) / (int)sizeof told[0];
    for (int i = 0; i < count; i++) {
        if (told[i].ssi_signo == SIGALRM)
            printf("alarm: from the kernel %d, from process %u\n", told[i].ssi_code == SI_KERNEL, told[i].ssi_pid);
        else
            printf("timer: of a timer %d, value %d, overruns %u\n", told[i].ssi_code == SI_TIMER, told[i].ssi_int,
                   told[i].ssi_overrun);
    }
    return 0;
}
