//! Watches a program from the kernel, by ptrace and seccomp, and owns its time.
