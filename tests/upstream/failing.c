/*
 * Loaded with LD_PRELOAD, makes the disk below a directory fail as the file at FAILING_HOW says:
 *
 *   FAILING_BELOW  the directory, absolute, without links
 *   FAILING_HOW    a file elsewhere: empty or absent for a sound disk, `full` for writes that find
 *                  no room (ENOSPC), `sync` for flushes that fail (EIO)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define PATH_BYTES 4096

#define NEXT(result, name, ...)                                      \
  static result (*next)(__VA_ARGS__);                                \
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, name)

/* Whether the disk under this file fails in this way now; `errno` then says so. */
static int fails(int fd, char how, int why) {
  const char *below = getenv("FAILING_BELOW");
  const char *file = getenv("FAILING_HOW");
  char link[64], path[PATH_BYTES], said = '\0';
  if (below == NULL || file == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t bytes = readlink(link, path, sizeof path - 1);
  if (bytes < 0) return 0;
  path[bytes] = '\0';
  if (strncmp(path, below, strlen(below)) != 0) return 0;
  int said_in = open(file, O_RDONLY | O_CLOEXEC);
  if (said_in < 0) return 0;
  ssize_t length = read(said_in, &said, 1);
  close(said_in);
  if (length != 1 || said != how) return 0;
  errno = why;
  return 1;
}

static int is_full(int fd) { return fails(fd, 'f', ENOSPC); }

ssize_t write(int fd, const void *from, size_t bytes) {
  NEXT(ssize_t, "write", int, const void *, size_t);
  return is_full(fd) ? -1 : next(fd, from, bytes);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  NEXT(ssize_t, "writev", int, const struct iovec *, int);
  return is_full(fd) ? -1 : next(fd, parts, count);
}

#define PWRITE(name)                                                   \
  ssize_t name(int fd, const void *from, size_t bytes, off_t offset) { \
    NEXT(ssize_t, #name, int, const void *, size_t, off_t);            \
    return is_full(fd) ? -1 : next(fd, from, bytes, offset);           \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define SYNC(name)                                    \
  int name(int fd) {                                  \
    NEXT(int, #name, int);                            \
    return fails(fd, 's', EIO) ? -1 : next(fd);       \
  }
SYNC(fsync)
SYNC(fdatasync)
