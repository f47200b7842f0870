// Signals that mean nothing to a program end none of its waits, and those with a handler do, with the right rest.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct timespec begin;
static double since(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (now.tv_sec - begin.tv_sec) + (now.tv_nsec - begin.tv_nsec) / 1e9;
    return (int)(seconds * 10 + 0.5) / 10.0;
}
static void nothing(int signal) { (void)signal; }

// A child that sends the signal after 0.3 s and leaves (which sends SIGCHLD).
static void send_soon(int signal) {
    if (fork() == 0) {
        usleep(300000);
        kill(getppid(), signal);
        _exit(0);
    }
    clock_gettime(CLOCK_MONOTONIC, &begin);
}

static void waits(const char *how, int signal) {
    int pipe_ends[2];
    pipe(pipe_ends);
    struct pollfd one = {.fd = pipe_ends[0], .events = POLLIN};
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, pipe_ends[0], &event);
    int result;

    send_soon(signal);
    result = poll(&one, 1, 1000);
    printf("%s poll %d %s %.1f\n", how, result, result < 0 ? strerror(errno) : "", since());
    send_soon(signal);
    result = epoll_wait(epoll, &event, 1, 1000);
    printf("%s epoll %d %s %.1f\n", how, result, result < 0 ? strerror(errno) : "", since());
    fd_set set;
    FD_ZERO(&set);
    FD_SET(pipe_ends[0], &set);
    struct timeval rest = {1, 0};
    send_soon(signal);
    result = select(pipe_ends[0] + 1, &set, NULL, NULL, &rest);
    int left = (int)(rest.tv_sec * 10 + (rest.tv_usec + 50000) / 100000);
    printf("%s select %d %s %.1f, left %d\n", how, result, result < 0 ? strerror(errno) : "", since(), left);
    struct timespec span = {1, 0}, remains = {0, 0};
    send_soon(signal);
    result = nanosleep(&span, &remains);
    left = (int)(remains.tv_sec * 10 + (remains.tv_nsec + 50000000) / 100000000);
    printf("%s sleep %d %s %.1f, left %d\n", how, result, result < 0 ? strerror(errno) : "", since(), left);
    while (waitpid(-1, NULL, WNOHANG) > 0) {}
    fflush(stdout);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("start\n");
    waits("default:", SIGWINCH);
    signal(SIGUSR1, SIG_IGN);
    waits("ignored:", SIGUSR1);
    signal(SIGCHLD, SIG_IGN);
    waits("children:", SIGCONT);
    struct sigaction action = {.sa_handler = nothing};
    sigaction(SIGUSR2, &action, NULL);
    waits("handled:", SIGUSR2);
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR2, &action, NULL);
    waits("restarting:", SIGUSR2);
    struct timex clock = {.modes = 0};
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    adjtimex(&clock);
    printf("adjtimex %s\n", clock.time.tv_sec - now.tv_sec <= 1 ? "agrees" : "does not agree");
    return 0;
}
