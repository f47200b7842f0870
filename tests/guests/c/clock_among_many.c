/* A moment that one of many threads was told is not before one that any of them was told earlier. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

enum { IDLE = 20, READERS = 4, ROUNDS = 300 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t end = PTHREAD_COND_INITIALIZER;
static int ended;
static long long last;
static int back;

static long long now(void) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    return moment.tv_sec * 1000000000LL + moment.tv_nsec;
}

static void *idle(void *nothing) {
    pthread_mutex_lock(&lock);
    while (!ended)
        pthread_cond_wait(&end, &lock);
    pthread_mutex_unlock(&lock);
    return nothing;
}

static void *read_clock(void *nothing) {
    for (int round = 0; round < ROUNDS; round++) {
        pthread_mutex_lock(&lock);
        /* Whoever has the lock computes between readings, and whoever gets it next has computed nothing meanwhile. */
        for (int reading = 0; reading < 3; reading++) {
            long long moment = now();
            back += moment < last;
            last = moment;
            for (volatile int work = 0; reading < 2 && work < 20000; work++) {}
        }
        pthread_mutex_unlock(&lock);
        sched_yield();
    }
    return nothing;
}

int main(void) {
    pthread_t threads[IDLE + READERS];
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    for (int i = 0; i < IDLE + READERS; i++)
        pthread_create(&threads[i], NULL, i < IDLE ? idle : read_clock, NULL);
    for (int i = IDLE; i < IDLE + READERS; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_lock(&lock);
    ended = 1;
    pthread_cond_broadcast(&end);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < IDLE; i++)
        pthread_join(threads[i], NULL);
    printf("back %d times\n", back);
    return 0;
}
