// Whoever watches a folder is told of what the program does there, and of nothing else.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    setbuf(stdout, NULL);
    puts("start");
    char folder[] = "/tmp/watched-XXXXXX";
    if (!mkdtemp(folder) || chdir(folder) != 0) return 1;
    int watch = inotify_init1(IN_NONBLOCK);
    inotify_add_watch(watch, ".", IN_ALL_EVENTS & ~(IN_OPEN | IN_ACCESS | IN_CLOSE_NOWRITE));
    if (fork() == 0) {
        usleep(300000);
        int file = open("a", O_CREAT | O_WRONLY, 0600);
        usleep(300000);
        if (write(file, "x", 1) != 1) return 1;
        usleep(300000);
        close(file);
        rename("a", "b");
        usleep(300000);
        unlink("b");
        _exit(0);
    }
    struct pollfd wait_for = {watch, POLLIN, 0};
    char events[4096] __attribute__((aligned(8)));
    while (poll(&wait_for, 1, 1000) > 0) {
        ssize_t length = read(watch, events, sizeof events);
        for (char *at = events; at < events + length;) {
            struct inotify_event *event = (struct inotify_event *)at;
            printf("%#x %s\n", event->mask, event->len ? event->name : "");
            at += sizeof *event + event->len;
        }
    }
    puts("nothing for a second");
    wait(NULL);
    return rmdir(folder);
}
