// Every wait with a limit that polls: select, pselect, ppoll, epoll_pwait, recvmmsg, futex by hand.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    int ends[2];
    pipe(ends);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    struct timeval tv = {1, 0};
    int ready = select(ends[0] + 1, &set, NULL, NULL, &tv);
    printf("select: %d, left %ld, set %d\n", ready, tv.tv_sec * 1000000 + tv.tv_usec, FD_ISSET(ends[0], &set));
    FD_SET(ends[0], &set);
    struct timespec ts = {0, 500000000};
    printf("pselect: %d\n", pselect(ends[0] + 1, &set, NULL, NULL, &ts, NULL));
    struct pollfd wait = {ends[0], POLLIN, 0};
    printf("ppoll: %d\n", ppoll(&wait, 1, &ts, NULL));
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    sigset_t none;
    sigemptyset(&none);
    printf("epoll_pwait: %d\n", epoll_pwait(epoll, &event, 1, 500, &none));
    int word = 0;
    ready = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &ts, NULL, 0);
    printf("futex: %d %s\n", ready, errno == ETIMEDOUT ? "ETIMEDOUT" : "?");
    ready = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, &ts, NULL, 0);
    printf("futex: %d %s\n", ready, errno == EAGAIN ? "EAGAIN" : "?");
    printf("poll: %d\n", poll(NULL, 0, 0));
    write(ends[1], "x", 1);
    tv = (struct timeval){9, 0};
    FD_SET(ends[0], &set);
    ready = select(ends[0] + 1, &set, NULL, NULL, &tv);
    printf("select: %d, left %ld s\n", ready, (tv.tv_sec * 1000000 + tv.tv_usec + 500000) / 1000000);
    int pair[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    char byte;
    struct iovec vector = {&byte, 1};
    struct mmsghdr message = {.msg_hdr = {.msg_iov = &vector, .msg_iovlen = 1}};
    struct timeval limit = {1, 0};
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    printf("recvmmsg: %d\n", recvmmsg(pair[0], &message, 1, 0, NULL));
    return 0;
}
