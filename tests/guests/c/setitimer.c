// setitimer and alarm: periodic signals that end waits early, and what is left of a sleep.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t rings;
static void ring(int signal) { (void)signal; rings++; }

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    struct sigaction action = {.sa_handler = ring};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval timer = {{0, 300000}, {0, 500000}};
    setitimer(ITIMER_REAL, &timer, NULL);
    while (rings < 4) {
        pause();
        printf("ring %d\n", rings);
    }
    struct itimerval stop = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &stop, NULL);
    alarm(1);
    struct timespec want = {3, 0}, left;
    int result = nanosleep(&want, &left);
    printf("sleep: %d %s, left %ld ms\n", result, errno == EINTR ? "EINTR" : "?",
           (left.tv_sec * 1000000000 + left.tv_nsec + 5000000) / 10000000 * 10);
    nanosleep(&left, NULL);
    puts("slept the rest");
    alarm(10);
    sleep(4);
    printf("alarm had %u s left\n", alarm(1));
    fd_set none;
    FD_ZERO(&none);
    struct timeval patience = {60, 0};
    result = select(0, &none, NULL, NULL, &patience);
    printf("select: %d %s\n", result, errno == EINTR ? "EINTR" : "?");
    signal(SIGALRM, SIG_DFL);
    alarm(2);
    for (;;) pause();
}
