// No shared library, no dynamic loader: the clock is reached by the vDSO or a bare system call.
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long raw(clockid_t clock) {
    struct timespec now;
    syscall(SYS_clock_gettime, clock, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
                          CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_TAI};
    enum { count = sizeof clocks / sizeof *clocks };
    long before[count];
    for (int i = 0; i < count; i++) before[i] = raw(clocks[i]);
    time_t seconds = time(NULL);
    struct timeval day;
    gettimeofday(&day, NULL);
    sleep(3);
    for (int i = 0; i < count; i++) printf("clock %d: %ld tenths\n", clocks[i], (raw(clocks[i]) - before[i] + 50) / 100);
    struct timeval later;
    gettimeofday(&later, NULL);
    printf("time: %ld, gettimeofday: %ld\n", time(NULL) - seconds, later.tv_sec - day.tv_sec);
    return 0;
}
