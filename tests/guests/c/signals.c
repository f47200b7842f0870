// signalfd, SIGCHLD that ends a sleep early, SIGSTOP and SIGCONT, a mask swapped by ppoll.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void nothing(int signal) { (void)signal; }

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    struct sigaction action = {.sa_handler = nothing};
    sigaction(SIGCHLD, &action, NULL);
    if (fork() == 0) {
        usleep(600000);
        _exit(0);
    }
    printf("left of ten: %u\n", sleep(10));
    wait(NULL);

    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    int fd = signalfd(-1, &chld, 0);
    pid_t child = fork();
    if (child == 0) {
        sleep(1);
        _exit(6);
    }
    struct pollfd waits = {fd, POLLIN, 0};
    int ready;
    while ((ready = poll(&waits, 1, 400)) == 0) puts("no child yet");
    struct signalfd_siginfo info;
    read(fd, &info, sizeof info);
    printf("signalfd: status %d\n", info.ssi_status);
    wait(NULL);

    child = fork();
    if (child == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigaction(SIGCHLD, &action, NULL);
        struct timespec patience = {60, 0};
        int result = ppoll(NULL, 0, &patience, &none);
        printf("ppoll: %d %s\n", result, errno == EINTR ? "EINTR" : "?");
        sleep(3);
        puts("slept three");
        _exit(0);
    }
    sigprocmask(SIG_UNBLOCK, &chld, NULL);
    signal(SIGCHLD, SIG_DFL);
    sleep(1);
    kill(child, SIGCHLD);
    sleep(1);
    kill(child, SIGSTOP);
    int status;
    waitpid(child, &status, WUNTRACED);
    printf("stopped: %d\n", WIFSTOPPED(status));
    sleep(5);
    puts("continue");
    kill(child, SIGCONT);
    waitpid(child, &status, 0);
    printf("left: %d\n", WIFEXITED(status));
    return 0;
}
