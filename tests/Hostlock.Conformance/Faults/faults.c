/* Breaks the program off at one of its calls that change files, or lets that call fail. It is loaded before libc (LD_PRELOAD).
 *
 * FAULTS_PROGRAM  the name of the program that is meant; programs that it starts are left alone, and so are all others
 * FAULTS_AT       which call, counted from 1 over all threads; 0 for none
 * FAULTS_ERROR    the number of the error that it fails with; 0 to kill the program just before it, -1 just after it
 * FAULTS_LOG      a file that gets a line for each call: its number, its name and what it is about
 * FAULTS_START    a file that is made when the program starts another one while it holds a folder; the other one waits a second then,
 *                 before it is more than a copy of the program
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static atomic_int calls;
static atomic_int held;
static int at, error_number, log_file = -1, is_meant;
static const char *start;
static int (*really_start)(const char *, char *const[], char *const[]);

__attribute__((constructor)) static void begin(void)
{
    char path[PATH_MAX];
    const char *program = getenv("FAULTS_PROGRAM"), *log = getenv("FAULTS_LOG");
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0 || program == NULL)
        return;
    path[length] = 0;
    const char *name = strrchr(path, '/');
    is_meant = name != NULL && strcmp(name + 1, program) == 0;
    at = getenv("FAULTS_AT") ? atoi(getenv("FAULTS_AT")) : 0;
    start = getenv("FAULTS_START");
    really_start = (int (*)(const char *, char *const[], char *const[]))dlsym(RTLD_NEXT, "execve");
    error_number = getenv("FAULTS_ERROR") ? atoi(getenv("FAULTS_ERROR")) : 0;
    if (is_meant && log != NULL) {
        int (*really)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
        log_file = really(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
}

/* 1 if the call fails, 2 if the program is to be killed after it. */
static int comes(const char *call, const char *about)
{
    if (!is_meant)
        return 0;
    int count = atomic_fetch_add(&calls, 1) + 1;
    if (log_file >= 0)
        dprintf(log_file, "%d %s %s\n", count, call, about);
    if (count != at)
        return 0;
    if (error_number == 0)
        kill(getpid(), SIGKILL);
    return error_number > 0 ? 1 : 2;
}

static int is_file(int file)
{
    struct stat status;
    return fstat(file, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
}

static const char *about(int file, char *room)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, room, PATH_MAX - 1);
    room[length > 0 ? length : 0] = 0;
    return room;
}

#define REALLY(type, name, parameters) static type (*really) parameters; if (!really) really = (type (*) parameters)dlsym(RTLD_NEXT, #name)

#define CALLED(name, subject, failed, result) \
    do { \
        int fate = comes(#name, subject); \
        if (fate == 1) { errno = error_number; return failed; } \
        __typeof__(result) answer = result; \
        if (fate == 2) kill(getpid(), SIGKILL); \
        return answer; \
    } while (0)

#define OPENING(name) \
    int name(const char *path, int flags, ...) \
    { \
        REALLY(int, name, (const char *, int, ...)); \
        mode_t mode = 0; \
        va_list rest; va_start(rest, flags); \
        if (flags & (O_CREAT | O_TMPFILE)) mode = va_arg(rest, mode_t); \
        va_end(rest); \
        if ((flags & (O_CREAT | O_WRONLY | O_RDWR | O_TRUNC)) == 0 || strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0) \
            return really(path, flags, mode); \
        CALLED(name, path, -1, really(path, flags, mode)); \
    }

#define OPENING_AT(name) \
    int name(int folder, const char *path, int flags, ...) \
    { \
        REALLY(int, name, (int, const char *, int, ...)); \
        mode_t mode = 0; \
        va_list rest; va_start(rest, flags); \
        if (flags & (O_CREAT | O_TMPFILE)) mode = va_arg(rest, mode_t); \
        va_end(rest); \
        if ((flags & (O_CREAT | O_WRONLY | O_RDWR | O_TRUNC)) == 0 || strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0) \
            return really(folder, path, flags, mode); \
        CALLED(name, path, -1, really(folder, path, flags, mode)); \
    }

OPENING(open)
OPENING(open64)
OPENING_AT(openat)
OPENING_AT(openat64)

#define OF_FILE(type, name, parameters, arguments) \
    type name parameters \
    { \
        REALLY(type, name, parameters); \
        char room[PATH_MAX]; \
        if (!is_meant || !is_file(file)) \
            return really arguments; \
        CALLED(name, about(file, room), -1, really arguments); \
    }

OF_FILE(ssize_t, write, (int file, const void *bytes, size_t length), (file, bytes, length))
OF_FILE(ssize_t, pwrite, (int file, const void *bytes, size_t length, off_t offset), (file, bytes, length, offset))
OF_FILE(ssize_t, pwrite64, (int file, const void *bytes, size_t length, off64_t offset), (file, bytes, length, offset))
OF_FILE(ssize_t, writev, (int file, const struct iovec *parts, int count), (file, parts, count))
OF_FILE(ssize_t, pwritev, (int file, const struct iovec *parts, int count, off_t offset), (file, parts, count, offset))
OF_FILE(int, fsync, (int file), (file))
OF_FILE(int, fdatasync, (int file), (file))
OF_FILE(int, fchmod, (int file, mode_t mode), (file, mode))
OF_FILE(int, ftruncate, (int file, off_t length), (file, length))
OF_FILE(int, ftruncate64, (int file, off64_t length), (file, length))

int flock(int file, int operation)
{
    REALLY(int, flock, (int, int));
    char room[PATH_MAX];
    int fate = is_meant && is_file(file) ? comes("flock", about(file, room)) : 0;
    if (fate == 1) { errno = error_number; return -1; }
    int answer = really(file, operation);
    if (answer == 0)
        held += operation & LOCK_EX ? 1 : operation & LOCK_UN ? -1 : 0;
    if (fate == 2) kill(getpid(), SIGKILL);
    return answer;
}

/* A new process, which may share its memory with the program, calls nothing here that takes a lock. */
int execve(const char *path, char *const arguments[], char *const variables[])
{
    if (is_meant && start != NULL && held > 0) {
        struct timespec second = { 1, 0 };
        syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, start, O_WRONLY | O_CREAT, 0600));
        nanosleep(&second, NULL);
    }
    return really_start(path, arguments, variables);
}

#define OF_PATH(name, parameters, arguments) \
    int name parameters \
    { \
        REALLY(int, name, parameters); \
        CALLED(name, path, -1, really arguments); \
    }

OF_PATH(rename, (const char *from, const char *path), (from, path))
OF_PATH(renameat, (int folder, const char *from, int other, const char *path), (folder, from, other, path))
OF_PATH(unlink, (const char *path), (path))
OF_PATH(unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
OF_PATH(rmdir, (const char *path), (path))
OF_PATH(mkdir, (const char *path, mode_t mode), (path, mode))
OF_PATH(chmod, (const char *path, mode_t mode), (path, mode))
OF_PATH(symlink, (const char *target, const char *path), (target, path))
OF_PATH(link, (const char *from, const char *path), (from, path))
