// Many threads come and go before the two that lose updates: their maker has made thousands of instructions by then.
#include <pthread.h>
#include <stdio.h>

static volatile int counter;

static void *nothing(void *unused) { return unused; }

static void *add(void *unused) {
    for (int round = 0; round < 3; round++) {
        counter = counter + 1;
    }
    return unused;
}

int main(void) {
    pthread_t threads[2];
    for (int round = 0; round < 40; round++) {
        pthread_create(&threads[0], NULL, nothing, NULL);
        pthread_join(threads[0], NULL);
    }
    for (int number = 0; number < 2; number++) {
        pthread_create(&threads[number], NULL, add, NULL);
    }
    for (int number = 0; number < 2; number++) {
        pthread_join(threads[number], NULL);
    }
    printf(counter == 6 ? "RESULT ok\n" : "RESULT lost\n");
    return 0;
}
