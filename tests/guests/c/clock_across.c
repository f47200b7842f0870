// Threads and processes tell each other what they read: nobody reads an earlier time than what anybody has read before,
// through sleeps, jumps of time, waits without end and computing side by side.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Atomic long long *latest;
static _Atomic int *backwards;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static long long nanos(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) abort();
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void read_often(int times) {
    for (int i = 0; i < times; i++) {
        long long known = atomic_load(latest), now = nanos(CLOCK_MONOTONIC);
        if (now < known) atomic_fetch_add(backwards, 1);
        while (known < now && !atomic_compare_exchange_weak(latest, &known, now)) {}
    }
}

static void *work(void *argument) {
    long number = (long)argument;
    for (int round = 0; round < 5; round++) {
        read_often(300);
        usleep((useconds_t)(100000 + 10000 * number));
        read_often(1);
        long long end = nanos(CLOCK_THREAD_CPUTIME_ID) + 3000000;
        while (nanos(CLOCK_THREAD_CPUTIME_ID) < end) {}
        read_often(20);
        // A wait without end that is no sleep: whoever holds the lock computes.
        pthread_mutex_lock(&lock);
        end = nanos(CLOCK_THREAD_CPUTIME_ID) + 1000000;
        while (nanos(CLOCK_THREAD_CPUTIME_ID) < end) {}
        read_often(5);
        pthread_mutex_unlock(&lock);
        read_often(5);
    }
    return NULL;
}

static void work_in_threads(int count) {
    pthread_t threads[4];
    for (long i = 0; i < count; i++) pthread_create(&threads[i], NULL, work, (void *)i);
    for (long i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    void *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    latest = shared;
    backwards = (void *)(latest + 8);
    puts("start");
    work_in_threads(3);
    printf("threads: %d backwards\n", atomic_load(backwards));
    // The maker has just read: its children begin with a copy of whatever that left in memory.
    for (int i = 0; i < 3; i++) {
        read_often(50);
        if (fork() == 0) {
            read_often(50);
            work_in_threads(2);
            _exit(0);
        }
        read_often(50);
    }
    while (wait(NULL) > 0) read_often(10);
    printf("processes: %d backwards\n", atomic_load(backwards));
    // A child that shares the memory.
    read_often(50);
    if (vfork() == 0) {
        read_often(50);
        execl("/bin/sleep", "sleep", "1", NULL);
        _exit(1);
    }
    read_often(50);
    while (wait(NULL) > 0) read_often(10);
    printf("vfork: %d backwards\n", atomic_load(backwards));
    return 0;
}
