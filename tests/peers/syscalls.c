/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What newlib asks of an operating system, for programs that have none: memory for malloc(), output
 * that goes nowhere, and an end that is a loop, at which the testsuite stops them by a breakpoint.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>

#define STACK_SIZE 0x100000

extern char end[], stack_top[];

void *_sbrk(ptrdiff_t more);
int _write(int file, const char *bytes, int count);
int _read(int file, char *bytes, int count);
int _close(int file);
int _lseek(int file, int offset, int whence);
int _fstat(int file, struct stat *status);
int _isatty(int file);
int _kill(int process, int signal);
int _getpid(void);
void _init(void);
void _fini(void);
void _exit(int status) __attribute__((noreturn));

void *_sbrk(ptrdiff_t more)
{
    static char *heap = end;
    char *old = heap;

    if (more > stack_top - heap - STACK_SIZE) {
        errno = ENOMEM;
        return (void *)-1;
    }
    heap += more;
    return old;
}

int _write(int file, const char *bytes, int count)
{
    (void)file;
    (void)bytes;
    return count;
}

int _read(int file, char *bytes, int count)
{
    (void)file;
    (void)bytes;
    (void)count;
    return 0;
}

int _close(int file)
{
    (void)file;
    return 0;
}

int _lseek(int file, int offset, int whence)
{
    (void)file;
    (void)offset;
    (void)whence;
    return 0;
}

int _fstat(int file, struct stat *status)
{
    (void)file;
    status->st_mode = S_IFCHR;
    return 0;
}

int _isatty(int file)
{
    (void)file;
    return 1;
}

int _kill(int process, int signal)
{
    (void)process;
    (void)signal;
    errno = EINVAL;
    return -1;
}

int _getpid(void)
{
    return 1;
}

/* exit() calls it for the C++ start-up code that programs here do not have. */
void _init(void)
{
}

void _fini(void)
{
}

void _exit(int status)
{
    (void)status;
    for (;;)
        ;
}
