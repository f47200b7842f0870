// eventfd between a thread and a poll with a limit, then by epoll.
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int fd;

static void *writer(void *unused) {
    (void)unused;
    for (int i = 1; i <= 2; i++) {
        usleep(1300000);
        uint64_t one = i;
        write(fd, &one, sizeof one);
    }
    return NULL;
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    fd = eventfd(0, 0);
    pthread_t thread;
    pthread_create(&thread, NULL, writer, NULL);
    struct pollfd wait = {fd, POLLIN, 0};
    int ready;
    while ((ready = poll(&wait, 1, 500)) == 0) puts("not yet");
    uint64_t value;
    read(fd, &value, sizeof value);
    printf("poll: %d, value %lu\n", ready, value);
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = 5};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    struct epoll_event got;
    ready = epoll_wait(epoll, &got, 1, 60000);
    read(fd, &value, sizeof value);
    printf("epoll: %d, data %u, value %lu\n", ready, got.data.u32, value);
    printf("epoll: %d\n", epoll_wait(epoll, &got, 1, 400));
    pthread_join(thread, NULL);
    return 0;
}
