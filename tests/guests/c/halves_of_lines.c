// Two processes write halves of lines in turns; each line belongs to who wrote it.
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *text) { write(1, text, strlen(text)); }

int main(void) {
    say("start\n");
    if (fork() == 0) {
        usleep(50000);
        say("child says ");
        usleep(200000);
        say("hello\n");
        int copy = dup(1);
        write(copy, "by a copy\n", 10);
        close(1);
        write(copy, "of the stream\n", 14);
        _exit(3);
    }
    usleep(150000);
    say("parent says ");
    usleep(200000);
    say("hello\n");
    int status;
    wait(&status);
    say(WEXITSTATUS(status) == 3 ? "child left with 3\n" : "?\n");
    say("no newline");
    return 0;
}
