// A child that finds the page by which it reads the clock, and writes what it likes there, fools nobody but itself.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long nanos(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) abort();
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

// The writable page behind a page of code that belongs to no file.
static uint64_t *find_page(void) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512], rights[8], path[256];
    unsigned long from, to, code_end = 0;
    while (fgets(line, sizeof line, maps)) {
        path[0] = 0;
        sscanf(line, "%lx-%lx %7s %*s %*s %*s %255s", &from, &to, rights, path);
        if (path[0] == 0 && strcmp(rights, "r-xp") == 0) code_end = to;
        else if (code_end == from && strcmp(rights, "rw-p") == 0) return (uint64_t *)from;
        else code_end = 0;
    }
    return NULL;
}

static void vandalise(void) {
    uint64_t *page = find_page();
    if (page == NULL) return;
    struct timespec now;
    for (int round = 0; round < 2000; round++) {
        nanos();
        // An hour has passed, it says in one word; or in all; or there is only rubbish.
        switch (round % 4) {
            case 0: page[4] += 3600000000000; break;
            case 1: for (int i = 1; i < 9; i++) page[i] += 3600000000000; break;
            case 2: for (int i = 0; i < 512; i++) page[i] = UINT64_MAX - (uint64_t)rand(); break;
            default: memset(page, 0, 4096);
        }
        nanos();
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    }
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    nanos();
    printf("%s\n", find_page() ? "there is a page" : "there is no page");
    pid_t child = fork();
    if (child == 0) {
        vandalise();
        _exit(7);
    }
    long long before = nanos();
    sleep(1);
    long long passed = nanos() - before;
    printf("%s\n", passed >= 1000000000 && passed < 1100000000 ? "a second is a second" : "a second is none");
    int status;
    waitpid(child, &status, 0);
    printf("the vandal left with %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return 0;
}
