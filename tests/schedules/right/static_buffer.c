/* Each thread has a buffer of its own. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

_Thread_local char buffer[32];
int mixed = 0;

const char *label(int number) {
    snprintf(buffer, sizeof buffer, "label %d", number);
    return buffer;
}

void *work(void *arg) {
    int number = (int)(long)arg;
    char wanted[32];
    snprintf(wanted, sizeof wanted, "label %d", number);
    for (int i = 0; i < 5; i++)
        if (strcmp(label(number), wanted) != 0)
            mixed = 1;
    return NULL;
}

int main(void) {
    pthread_t threads[2];
    for (long i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    puts(mixed ? "RESULT mixed" : "RESULT ok");
}
