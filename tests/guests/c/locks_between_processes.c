// File locks, FIFOs and message queues between processes.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct message {
    long type;
    char text[8];
};

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    char folder[] = "/tmp/guest-XXXXXX", name[64];
    mkdtemp(folder);
    snprintf(name, sizeof name, "%s/lock", folder);
    int file = open(name, O_RDWR | O_CREAT, 0600);
    flock(file, LOCK_EX);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    fcntl(file, F_SETLK, &whole);
    int queue = msgget(IPC_PRIVATE, 0600);
    char fifo[64];
    snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    mkfifo(fifo, 0600);
    if (fork() == 0) {
        int own = open(name, O_RDWR);
        flock(own, LOCK_EX);
        puts("child has flock");
        fcntl(own, F_SETLKW, &whole);
        puts("child has fcntl");
        sleep(1);
        struct message message = {1, "hello"};
        msgsnd(queue, &message, sizeof message.text, 0);
        sleep(1);
        int end = open(fifo, O_WRONLY);
        write(end, "through", 7);
        _exit(0);
    }
    sleep(1);
    flock(file, LOCK_UN);
    sleep(1);
    whole.l_type = F_UNLCK;
    fcntl(file, F_SETLK, &whole);
    struct message message;
    msgrcv(queue, &message, sizeof message.text, 0, 0);
    printf("message %s\n", message.text);
    int end = open(fifo, O_RDONLY);
    char text[16] = "";
    read(end, text, sizeof text);
    printf("fifo %s\n", text);
    wait(NULL);
    msgctl(queue, IPC_RMID, NULL);
    unlink(fifo);
    unlink(name);
    rmdir(folder);
    return 0;
}
