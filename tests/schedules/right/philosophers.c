/* The fork with the lower number is taken first: no circle of waiting closes. */
#include <pthread.h>
#include <stdio.h>

#define PHILOSOPHERS 5

pthread_mutex_t forks[PHILOSOPHERS];

void *dine(void *arg) {
    long me = (long)arg;
    long next = (me + 1) % PHILOSOPHERS;
    pthread_mutex_t *left = &forks[me < next ? me : next], *right = &forks[me < next ? next : me];
    for (int meal = 0; meal < 2; meal++) {
        pthread_mutex_lock(left);
        pthread_mutex_lock(right);
        pthread_mutex_unlock(right);
        pthread_mutex_unlock(left);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[PHILOSOPHERS];
    for (long i = 0; i < PHILOSOPHERS; i++)
        pthread_mutex_init(&forks[i], NULL);
    for (long i = 0; i < PHILOSOPHERS; i++)
        pthread_create(&threads[i], NULL, dine, (void *)i);
    for (int i = 0; i < PHILOSOPHERS; i++)
        pthread_join(threads[i], NULL);
    puts("RESULT ok");
}
