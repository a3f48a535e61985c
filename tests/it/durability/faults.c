/* A disk that fails on demand: stands before the C library for the files of a SQLite database.
 *
 * What fails is read from a file that the test maps and writes: which kind, and one in how many calls. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { NONE, FULL, BROKEN, UNSYNCED, READ_ONLY, UNREADABLE };

struct orders {
  volatile uint32_t kind;
  volatile uint32_t one_in;
};

static struct orders *orders;
static uint32_t calls;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULTS");
  int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *mapped = mmap(NULL, sizeof(struct orders), PROT_READ, MAP_SHARED, file, 0);
  if (mapped != MAP_FAILED) orders = mapped;
  close(file);
}

static int is_database(int file) {
  char link[32], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strstr(path, "keyhatch.db") != NULL && strstr(path, "-shm") == NULL && strstr(path, "-serving") == NULL;
}

/* Whether this call is to fail; kinds is a set of bits. */
static int fails(int file, uint32_t kinds) {
  if (!orders || orders->kind == NONE || !(kinds & (1u << orders->kind)) || !is_database(file)) return 0;
  uint32_t one_in = orders->one_in ? orders->one_in : 1;
  /* Knuth's multiplicative hash: spread, and the same in each run. */
  return (__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) * 2654435761u >> 8) % one_in == 0;
}

static int refuse(void) {
  errno = orders->kind == FULL ? ENOSPC : orders->kind == READ_ONLY ? EROFS : EIO;
  return -1;
}

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)
#define WRITING ((1u << FULL) | (1u << BROKEN) | (1u << READ_ONLY))
#define SYNCING ((1u << BROKEN) | (1u << UNSYNCED))
#define READING (1u << UNREADABLE)

ssize_t write(int file, const void *bytes, size_t count) {
  REAL(ssize_t, "write", int, const void *, size_t);
  return fails(file, WRITING) ? refuse() : real(file, bytes, count);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
  REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  return fails(file, WRITING) ? refuse() : real(file, bytes, count, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  return fails(file, WRITING) ? refuse() : real(file, bytes, count, at);
}
ssize_t read(int file, void *bytes, size_t count) {
  REAL(ssize_t, "read", int, void *, size_t);
  return fails(file, READING) ? refuse() : real(file, bytes, count);
}
ssize_t pread(int file, void *bytes, size_t count, off_t at) {
  REAL(ssize_t, "pread", int, void *, size_t, off_t);
  return fails(file, READING) ? refuse() : real(file, bytes, count, at);
}
ssize_t pread64(int file, void *bytes, size_t count, off64_t at) {
  REAL(ssize_t, "pread64", int, void *, size_t, off64_t);
  return fails(file, READING) ? refuse() : real(file, bytes, count, at);
}
int fsync(int file) {
  REAL(int, "fsync", int);
  return fails(file, SYNCING) ? refuse() : real(file);
}
int fdatasync(int file) {
  REAL(int, "fdatasync", int);
  return fails(file, SYNCING) ? refuse() : real(file);
}
