// One thread computes and makes no call that anybody sees; the other's sleeps end beside it at their time.
#include <pthread.h>
#include <stdio.h>
#include <time.h>

static void *sleeper(void *unused) {
    for (int count = 1; count <= 6; count++) {
        struct timespec rest = {0, 50 * 1000 * 1000};
        nanosleep(&rest, NULL);
        printf("slept %d\n", count);
        fflush(stdout);
    }
    return unused;
}

int main(void) {
    pthread_t thread;
    struct timespec used;
    puts("start");
    fflush(stdout);
    pthread_create(&thread, NULL, sleeper, NULL);
    do {
        for (volatile int round = 0; round < 100000; round++) {
        }
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    } while (used.tv_sec == 0 && used.tv_nsec < 400 * 1000 * 1000);
    puts("computed");
    fflush(stdout);
    pthread_join(thread, NULL);
    return 0;
}
