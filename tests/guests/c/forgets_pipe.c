// The reader of a pipe that it could write itself waits for ever: a deadlock of one.
#include <stdio.h>
#include <unistd.h>

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("start");
    int ends[2];
    pipe(ends);
    sleep(1);
    puts("reading");
    char byte;
    read(ends[0], &byte, 1);
    return 0;
}
