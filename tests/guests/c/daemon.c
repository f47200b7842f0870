// A grandchild outlives its parents in a session of its own.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            sleep(2);
            puts("grandchild");
            _exit(0);
        }
        _exit(0);
    }
    wait(NULL);
    puts("child gone");
    sleep(3);
    puts("end");
    return 0;
}
