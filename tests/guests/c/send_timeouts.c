// Writing to a socket whose peer reads nothing ends by SO_SNDTIMEO, whichever call writes.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

static char bytes[1 << 16];

static ssize_t by_write(int number) { return write(number, bytes, sizeof bytes); }

static ssize_t by_writev(int number) {
    struct iovec parts[2] = {{bytes, 100}, {bytes, sizeof bytes}};
    return writev(number, parts, 2);
}

static ssize_t by_send(int number) { return send(number, bytes, sizeof bytes, 0); }

static void fill(const char *name, ssize_t (*put)(int)) {
    int pair[2];
    struct timeval most = {0, 700000};
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    // A call that could write a part is over with that part when the time is.
    int parts = 0;
    ssize_t written;
    while ((written = put(pair[0])) > 0) parts += written < (ssize_t)sizeof bytes;
    printf("%s: %s\n", name, errno == EAGAIN && parts <= 1 ? "nobody reads" : "something else");
    fflush(stdout);
    char half[1 << 16];
    for (int count = 0; count < 64 && recv(pair[1], half, sizeof half, MSG_DONTWAIT) > 0; count++) continue;
    printf("%s: %s\n", name, put(pair[0]) > 0 ? "goes on" : "still full");
    fflush(stdout);
    close(pair[0]);
    close(pair[1]);
}

int main(void) {
    puts("start");
    fflush(stdout);
    fill("write", by_write);
    fill("writev", by_writev);
    fill("send", by_send);
    return 0;
}
