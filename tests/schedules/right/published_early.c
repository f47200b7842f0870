// What is published is filled before.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct account {
    volatile int number, balance;
};

static struct account *volatile newest;

static void *opens(void *unused) {
    struct account *account = calloc(1, sizeof *account);
    account->number = 7;
    account->balance = 100;
    newest = account; // the last: on this processor, stores are seen in their order
    return unused;
}

static void *looks(void *wrong) {
    struct account *account = newest;
    if (account && account->number + account->balance != 107)
        *(int *)wrong = 1;
    return NULL;
}

int main(void) {
    pthread_t threads[2];
    int wrong = 0;
    pthread_create(&threads[0], NULL, opens, NULL);
    pthread_create(&threads[1], NULL, looks, &wrong);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    puts(wrong ? "RESULT half of an account" : "RESULT ok");
}
