// Reading the clock again and again: it always moves, all clocks agree, and what is computed between two readings shows.
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long nanos(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0 || now.tv_nsec < 0 || now.tv_nsec >= 1000000000) abort();
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long by_call(clockid_t clock) {
    struct timespec now;
    if (syscall(SYS_clock_gettime, clock, &now) != 0) abort();
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long day(void) {
    struct timeval now;
    struct timezone zone = {7, 7};
    if (gettimeofday(&now, &zone) != 0 || zone.tz_minuteswest != 0 || zone.tz_dsttime != 0) abort();
    return now.tv_sec * 1000000LL + now.tv_usec;
}

// Uses so much CPU time, whatever else the machine does.
static void compute(long long span) {
    long long end = nanos(CLOCK_THREAD_CPUTIME_ID) + span;
    while (nanos(CLOCK_THREAD_CPUTIME_ID) < end) {
        for (volatile int i = 0; i < 10000; i++) {}
    }
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");

    int stood = 0;
    long long last = nanos(CLOCK_MONOTONIC);
    for (int i = 0; i < 20000; i++) {
        // Now and then by a call of its own, which stops.
        long long now = i % 5000 == 0 ? by_call(CLOCK_MONOTONIC) : nanos(CLOCK_MONOTONIC);
        stood += now <= last;
        last = now;
    }
    printf("stood still %d times\n", stood);

    clockid_t clocks[] = {CLOCK_REALTIME,      CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
                          CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,  CLOCK_TAI};
    int apart = 0;
    for (int round = 0; round < 700; round++) {
        clockid_t clock = clocks[round % 7];
        long long first = nanos(clock), second = by_call(clock), third = nanos(clock);
        long long zero = nanos(CLOCK_REALTIME) / 1000, micros = day(), two = nanos(CLOCK_REALTIME) / 1000;
        apart += first > second || second > third || zero > micros || micros > two || time(NULL) < zero / 1000000;
    }
    time_t there, returned = time(&there);
    printf("out of order %d times, %s\n", apart, there == returned ? "time is where it is asked for" : "time is not there");

    long long before = nanos(CLOCK_MONOTONIC);
    compute(300000000);
    long long after = nanos(CLOCK_MONOTONIC);
    printf("computed %lld tenths\n", (after - before + 50000000) / 100000000);

    before = nanos(CLOCK_MONOTONIC);
    for (int i = 0; i < 50; i++) {
        compute(2000000);
        nanos(CLOCK_MONOTONIC);
    }
    after = nanos(CLOCK_MONOTONIC);
    printf("computed %lld tenths in small steps\n", (after - before + 50000000) / 100000000);

    before = nanos(CLOCK_MONOTONIC);
    usleep(3000);
    after = nanos(CLOCK_MONOTONIC);
    printf("slept %s\n", after - before >= 3000000 && after - before < 5000000 ? "3 ms" : "wrongly");

    struct timespec unused;
    printf("no such clock: %d\n", clock_gettime(77, &unused));
    return 0;
}
