// The first thread leaves and the others go on; one of them becomes another program.
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *sleeper(void *unused) {
    (void)unused;
    sleep(1);
    puts("still here");
    sleep(1);
    execlp("sh", "sh", "-c", "sleep 1; echo became a shell; exit 8", NULL);
    return NULL;
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    pthread_t thread;
    pthread_create(&thread, NULL, sleeper, NULL);
    pthread_exit(NULL);
}
