// A lock, a condition and a semaphore that two processes share.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    sem_t semaphore;
    int ready;
};

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t mutex;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &mutex);
    pthread_condattr_t condition;
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&shared->condition, &condition);
    sem_init(&shared->semaphore, 1, 0);
    if (fork() == 0) {
        sleep(2);
        pthread_mutex_lock(&shared->mutex);
        shared->ready = 1;
        puts("child signals");
        pthread_cond_signal(&shared->condition);
        pthread_mutex_unlock(&shared->mutex);
        sleep(1);
        sem_post(&shared->semaphore);
        _exit(0);
    }
    pthread_mutex_lock(&shared->mutex);
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec += 1;
    int result = pthread_cond_timedwait(&shared->condition, &shared->mutex, &at);
    printf("%s\n", result == ETIMEDOUT ? "timed out" : "?");
    while (!shared->ready) pthread_cond_wait(&shared->condition, &shared->mutex);
    puts("parent woken");
    pthread_mutex_unlock(&shared->mutex);
    sem_wait(&shared->semaphore);
    puts("posted");
    wait(NULL);
    return 0;
}
