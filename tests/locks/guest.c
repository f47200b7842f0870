/* Programs that get stuck: the argument says how. */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t locks[2];
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static sem_t tokens;

static void say(const char *line) {
    puts(line);
    fflush(stdout);
}

static void pass_time(void) {
    nanosleep(&(struct timespec){0, 100000000}, NULL);
}

static void *other_order(void *unused) {
    say("other begins");
    pthread_mutex_lock(&locks[1]);
    pass_time();
    pthread_mutex_lock(&locks[0]);
    return unused;
}

/* The signal comes before anyone waits for it, twice; then its sender waits for one, too. */
static void *signals(void *unused) {
    pthread_mutex_lock(&locks[0]);
    pthread_cond_signal(&ready);
    pthread_cond_signal(&ready);
    pthread_mutex_unlock(&locks[0]);
    pass_time();
    pthread_mutex_lock(&locks[0]);
    pthread_cond_wait(&ready, &locks[0]);
    return unused;
}

/* A token is posted and taken; the next one never comes. */
static void *takes_tokens(void *unused) {
    sem_wait(&tokens);
    pthread_mutex_lock(&locks[0]);
    return unused;
}

int main(int count, char **words) {
    const char *how = count > 1 ? words[1] : "";
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    if (strcmp(how, "robust") == 0) pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    if (strcmp(how, "inheriting") == 0) pthread_mutexattr_setprotocol(&kind, PTHREAD_PRIO_INHERIT);
    if (strcmp(how, "recursive") == 0) pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    for (int lock = 0; lock < 2; lock++) pthread_mutex_init(&locks[lock], &kind);
    sem_init(&tokens, 0, 0);

    pthread_t thread;
    if (strcmp(how, "signal") == 0) {
        pthread_create(&thread, NULL, signals, NULL);
        pass_time();
        pthread_mutex_lock(&locks[0]);
        pthread_cond_wait(&ready, &locks[0]);
    } else if (strcmp(how, "tokens") == 0) {
        pthread_mutex_lock(&locks[0]);
        pthread_create(&thread, NULL, takes_tokens, NULL);
        sem_post(&tokens);
        pass_time();
        sem_wait(&tokens);
    } else {
        pthread_create(&thread, NULL, other_order, NULL);
        say("main begins");
        pthread_mutex_lock(&locks[0]);
        pass_time();
        if (strcmp(how, "right") != 0) pthread_mutex_lock(&locks[1]);
        pthread_mutex_unlock(&locks[0]);
        pthread_join(thread, NULL);
    }
    say("RESULT ok");
}
