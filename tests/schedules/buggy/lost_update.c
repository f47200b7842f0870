/* Optimised, an increment is one instruction that reads and writes: on several processors, others come between. */
#include <pthread.h>
#include <stdio.h>

int counter = 0;

void *work(void *arg) {
    for (int i = 0; i < 50; i++)
        counter++;
    return NULL;
}

int main(void) {
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    puts(counter == 100 ? "RESULT ok" : "RESULT lost");
}
