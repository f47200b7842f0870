// Waits of POSIX threads and IPC with an absolute limit on the calendar or on the monotonic clock.
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>
#include <unistd.h>

static struct timespec in(clockid_t clock, long ms) {
    struct timespec at;
    clock_gettime(clock, &at);
    at.tv_nsec += ms % 1000 * 1000000;
    at.tv_sec += ms / 1000 + at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

static const char *name(int error) { return error == 0 ? "ok" : error == ETIMEDOUT ? "timed out" : strerror(error); }

static sem_t semaphore;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *poster(void *unused) {
    (void)unused;
    pthread_mutex_lock(&mutex);
    sleep(2);
    sem_post(&semaphore);
    sleep(2);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    sem_init(&semaphore, 0, 0);
    struct timespec at = in(CLOCK_REALTIME, 1500);
    printf("sem_timedwait: %s\n", name(sem_timedwait(&semaphore, &at) ? errno : 0));
    pthread_t thread;
    pthread_create(&thread, NULL, poster, NULL);
    at = in(CLOCK_REALTIME, 3600000);
    printf("sem_timedwait: %s\n", name(sem_timedwait(&semaphore, &at) ? errno : 0));
    at = in(CLOCK_REALTIME, 500);
    printf("mutex_timedlock: %s\n", name(pthread_mutex_timedlock(&mutex, &at)));
    at = in(CLOCK_MONOTONIC, 5000);
    printf("mutex_clocklock: %s\n", name(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &at)));
    pthread_cond_t condition;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&condition, &attributes);
    at = in(CLOCK_MONOTONIC, 700);
    printf("cond_timedwait: %s\n", name(pthread_cond_timedwait(&condition, &mutex, &at)));
    pthread_join(thread, NULL);
    int set = semget(IPC_PRIVATE, 1, 0600);
    struct sembuf take = {0, -1, 0};
    struct timespec patience = {0, 300000000};
    int result = semtimedop(set, &take, 1, &patience);
    printf("semtimedop: %s\n", result && errno == EAGAIN ? "EAGAIN" : "?");
    semctl(set, 0, IPC_RMID);
    struct mq_attr size = {.mq_maxmsg = 1, .mq_msgsize = 8};
    char queue_name[64];
    snprintf(queue_name, sizeof queue_name, "/grade-guest-%d", getpid());
    mqd_t queue = mq_open(queue_name, O_CREAT | O_RDWR, 0600, &size);
    mq_unlink(queue_name);
    char message[8];
    at = in(CLOCK_REALTIME, 1000);
    result = mq_timedreceive(queue, message, sizeof message, NULL, &at);
    printf("mq_timedreceive: %s\n", name(result < 0 ? errno : 0));
    at = in(CLOCK_MONOTONIC, 2000);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL)) {}
    puts("clock_nanosleep");
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    patience = (struct timespec){1, 0};
    printf("sigtimedwait: %d\n", sigtimedwait(&signals, NULL, &patience));
    return 0;
}
