// Clocks and timers of CPU time are the machine's own: a sleep does not move them, computing does.
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t rings;
static void ring(int signal) { (void)signal; rings++; }

static long cpu_ms(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    long before = cpu_ms(CLOCK_PROCESS_CPUTIME_ID);
    struct tms use;
    clock_t ticks = times(&use);
    sleep(10);
    printf("a sleep costs nothing: %d\n", cpu_ms(CLOCK_PROCESS_CPUTIME_ID) - before < 50);
    printf("times: %ld s\n", (times(&use) - ticks + 50) / sysconf(_SC_CLK_TCK));
    signal(SIGPROF, ring);
    struct itimerval timer = {{0, 20000}, {0, 20000}};
    setitimer(ITIMER_PROF, &timer, NULL);
    while (rings < 3) {}
    // The timer counts the kernel's ticks, of which a busy machine may give us more than we used.
    printf("profiled: %d\n", cpu_ms(CLOCK_THREAD_CPUTIME_ID) - before >= 20);
    return 0;
}
