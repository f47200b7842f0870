// What an interrupted sleep has left, as programs print it: in whole seconds.
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static void wake(int signal) { (void)signal; }

int main(void) {
    struct sigaction action = {.sa_handler = wake};
    sigaction(SIGALRM, &action, NULL);
    puts("start");
    fflush(stdout);
    for (int turn = 0; turn < 3; turn++) {
        alarm(2);
        printf("left: %u\n", sleep(5));
        fflush(stdout);
    }
    alarm(1);
    struct timespec span = {3, 0}, rest = {0, 0};
    nanosleep(&span, &rest);
    printf("left: %ld s and %s\n", (long)rest.tv_sec, rest.tv_nsec < 1000000 ? "next to nothing" : "more");
    return 0;
}
