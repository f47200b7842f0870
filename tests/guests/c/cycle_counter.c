// The processor's cycle counter keeps pace with the clock, and nobody's handler sees how.
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

static volatile sig_atomic_t faults;
static sigjmp_buf back;

static void fault(int signal) {
    (void)signal;
    faults++;
    siglongjmp(back, 1);
}

static double nanos(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

// Ticks of the counter for each nanosecond of the clock, over a sleep of so many seconds.
static double pace(unsigned seconds) {
    unsigned processor;
    double before = nanos();
    unsigned long long from = __rdtsc();
    sleep(seconds);
    unsigned long long to = __rdtscp(&processor);
    return (double)(to - from) / (nanos() - before);
}

static const char *same_pace(double known, unsigned seconds) {
    double now = pace(seconds);
    return now > known * 0.98 && now < known * 1.02 ? "keeps pace" : "does not keep pace";
}

static double known;

static void *in_thread(void *unused) {
    (void)unused;
    printf("a thread: %s\n", same_pace(known, 1));
    return NULL;
}

int main(int count, char **arguments) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (count > 1) {
        printf("another program: %s\n", same_pace(atof(arguments[1]), 1));
        return 0;
    }
    signal(SIGSEGV, fault);
    puts("start");
    known = pace(1);
    printf("again: %s\n", same_pace(known, 3));
    pthread_t thread;
    pthread_create(&thread, NULL, in_thread, NULL);
    pthread_join(thread, NULL);
    if (fork() == 0) {
        printf("a child: %s\n", same_pace(known, 1));
        char text[32];
        snprintf(text, sizeof text, "%.9f", known);
        execl(arguments[0], arguments[0], text, NULL);
        _exit(1);
    }
    wait(NULL);
    int backwards = 0;
    unsigned long long last = __rdtsc();
    for (int i = 0; i < 1000; i++) {
        unsigned long long now = __rdtsc();
        backwards += now <= last;
        last = now;
    }
    printf("backwards %d times, faults %d\n", backwards, (int)faults);
    if (sigsetjmp(back, 1) == 0) *(volatile int *)0 = 1;
    printf("a real fault is seen: %d\n", (int)faults);
    return 0;
}
