/*
 * Loaded with LD_PRELOAD, writes down in order what a process does to the files below a directory,
 * so that the states which a power cut could have left behind can be made again afterwards.
 *
 *   POWERLOG_BELOW  the directory, absolute, without links
 *   POWERLOG_FILE   where to write
 *
 * One record per call that succeeded, numbers little-endian:
 *   u8 kind, u16 bytes of the path, u32 bytes of data, u64 number, path below the directory, data
 *   kind 'C' file opened with O_CREAT       'W' data written at the offset `number`
 *        'T' cut or grown to `number` bytes 'S' flushed to the disk
 *        'U' unlinked                       'R' renamed to the path in `data`
 * Shared memory (SQLite's -shm) is not written down: it does not outlive a power cut.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES_MAX 4096
#define PATH_BYTES 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char below[PATH_BYTES];
static size_t below_bytes;
static int sink = -1;
static char *path_of[FILES_MAX];

#define NEXT(result, name, ...)                                      \
  static result (*next)(__VA_ARGS__);                                \
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, name)

static ssize_t plain_write(int fd, const void *from, size_t bytes) {
  NEXT(ssize_t, "write", int, const void *, size_t);
  return next(fd, from, bytes);
}

__attribute__((constructor)) static void begin(void) {
  const char *directory = getenv("POWERLOG_BELOW");
  const char *file = getenv("POWERLOG_FILE");
  NEXT(int, "open", const char *, int, ...);
  if (directory == NULL || file == NULL || strlen(directory) + 2 > PATH_BYTES) return;
  snprintf(below, sizeof below, "%s/", directory);
  below_bytes = strlen(below);
  sink = next(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* A process whose history has a gap must not go on: the test would prove nothing. */
static void put(const void *from, size_t bytes) {
  const char *rest = from;
  while (bytes > 0) {
    ssize_t written = plain_write(sink, rest, bytes);
    if (written <= 0) abort();
    rest += written;
    bytes -= (size_t)written;
  }
}

static void note(char kind, const char *path, uint64_t number, const void *data, size_t bytes) {
  unsigned char head[15];
  uint16_t path_bytes = (uint16_t)strlen(path);
  uint32_t data_bytes = (uint32_t)bytes;
  head[0] = (unsigned char)kind;
  memcpy(head + 1, &path_bytes, 2);
  memcpy(head + 3, &data_bytes, 4);
  memcpy(head + 7, &number, 8);
  pthread_mutex_lock(&lock);
  put(head, sizeof head);
  put(path, path_bytes);
  put(data, bytes);
  pthread_mutex_unlock(&lock);
}

static const char *watched(int fd) {
  return sink >= 0 && fd >= 0 && fd < FILES_MAX ? path_of[fd] : NULL;
}

static int opened(int fd, int flags) {
  char link[64], path[PATH_BYTES];
  if (sink < 0 || fd < 0 || fd >= FILES_MAX) return fd;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t bytes = readlink(link, path, sizeof path - 1);
  if (bytes < 0) return fd;
  path[bytes] = '\0';
  if (strncmp(path, below, below_bytes) != 0) return fd;
  free(path_of[fd]);
  path_of[fd] = strdup(path + below_bytes);
  if (flags & O_CREAT) note('C', path_of[fd], 0, NULL, 0);
  if (flags & O_TRUNC) note('T', path_of[fd], 0, NULL, 0);
  return fd;
}

static mode_t mode_from(int flags, va_list rest) {
  return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

#define OPEN(name)                                     \
  int name(const char *path, int flags, ...) {         \
    NEXT(int, #name, const char *, int, ...);          \
    va_list rest;                                      \
    va_start(rest, flags);                             \
    mode_t mode = mode_from(flags, rest);              \
    va_end(rest);                                      \
    return opened(next(path, flags, mode), flags);     \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                        \
  int name(int at, const char *path, int flags, ...) {      \
    NEXT(int, #name, int, const char *, int, ...);          \
    va_list rest;                                           \
    va_start(rest, flags);                                  \
    mode_t mode = mode_from(flags, rest);                   \
    va_end(rest);                                           \
    return opened(next(at, path, flags, mode), flags);      \
  }
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
  NEXT(int, "close", int);
  if (watched(fd) != NULL) {
    free(path_of[fd]);
    path_of[fd] = NULL;
  }
  return next(fd);
}

#define PWRITE(name)                                                       \
  ssize_t name(int fd, const void *from, size_t bytes, off_t offset) {     \
    NEXT(ssize_t, #name, int, const void *, size_t, off_t);                \
    ssize_t written = next(fd, from, bytes, offset);                       \
    const char *path = watched(fd);                                        \
    if (written > 0 && path) note('W', path, (uint64_t)offset, from, (size_t)written); \
    return written;                                                        \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

static off_t write_offset(int fd) {
  struct stat status;
  int flags = fcntl(fd, F_GETFL);
  if ((flags & O_APPEND) && fstat(fd, &status) == 0) return status.st_size;
  return lseek(fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *from, size_t bytes) {
  const char *path = watched(fd);
  off_t offset = path ? write_offset(fd) : 0;
  ssize_t written = plain_write(fd, from, bytes);
  if (written > 0 && path) note('W', path, (uint64_t)offset, from, (size_t)written);
  return written;
}

static void note_parts(const char *path, const struct iovec *parts, off_t offset, ssize_t left) {
  for (; left > 0; parts++) {
    size_t bytes = parts->iov_len < (size_t)left ? parts->iov_len : (size_t)left;
    note('W', path, (uint64_t)offset, parts->iov_base, bytes);
    offset += (off_t)bytes;
    left -= (ssize_t)bytes;
  }
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  NEXT(ssize_t, "writev", int, const struct iovec *, int);
  const char *path = watched(fd);
  off_t offset = path ? write_offset(fd) : 0;
  ssize_t written = next(fd, parts, count);
  if (path) note_parts(path, parts, offset, written);
  return written;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  NEXT(ssize_t, "pwritev", int, const struct iovec *, int, off_t);
  ssize_t written = next(fd, parts, count, offset);
  const char *path = watched(fd);
  if (path) note_parts(path, parts, offset, written);
  return written;
}

#define SYNC(name)                                 \
  int name(int fd) {                               \
    NEXT(int, #name, int);                         \
    int failed = next(fd);                         \
    const char *path = watched(fd);                \
    if (!failed && path) note('S', path, 0, NULL, 0); \
    return failed;                                 \
  }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name)                                             \
  int name(int fd, off_t bytes) {                                  \
    NEXT(int, #name, int, off_t);                                  \
    int failed = next(fd, bytes);                                  \
    const char *path = watched(fd);                                \
    if (!failed && path) note('T', path, (uint64_t)bytes, NULL, 0); \
    return failed;                                                 \
  }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

static const char *inside(const char *path) {
  return sink >= 0 && strncmp(path, below, below_bytes) == 0 ? path + below_bytes : NULL;
}

int unlink(const char *path) {
  NEXT(int, "unlink", const char *);
  int failed = next(path);
  if (!failed && inside(path)) note('U', inside(path), 0, NULL, 0);
  return failed;
}

int rename(const char *from, const char *to) {
  NEXT(int, "rename", const char *, const char *);
  int failed = next(from, to);
  if (!failed && inside(from) && inside(to)) {
    note('R', inside(from), 0, inside(to), strlen(inside(to)));
  }
  return failed;
}
