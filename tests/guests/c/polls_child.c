// Waits for a child by asking again and again, with tiny sleeps; and a vfork.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    pid_t child = fork();
    if (child == 0) {
        usleep(1500000);
        _exit(0);
    }
    int rounds = 0;
    while (waitpid(child, NULL, WNOHANG) == 0) {
        usleep(10000);
        rounds++;
    }
    printf("%s rounds\n", rounds > 120 && rounds <= 150 ? "about 150" : "too few or many");
    if (vfork() == 0) {
        execlp("sleep", "sleep", "2", NULL);
        _exit(127);
    }
    wait(NULL);
    puts("vfork child gone");
    return 0;
}
