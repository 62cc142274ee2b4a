/*
 * Preloaded into a process that writes below a folder: records what it does to the files there, in order, and makes
 * its calls fail. `recorded-disk.ts` rebuilds from the record what a disk may hold after a power cut.
 *
 * POWER_LOSS_FOLDER   the folder that is watched, without links in its name; it is empty at first
 * POWER_LOSS_LOG      the record is appended here; several processes may share it. Nothing is recorded without it
 * POWER_LOSS_CONTROL  a file of `struct control`: calls are counted there, and its owner says which of them fail
 *
 * Files whose names end with `-shm` are counted and not recorded: SQLite writes them through memory, where nothing can
 * be seen, and makes them anew after a restart. The file `acknowledged` is recorded, and neither counted nor failed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum record { CREATE = 1, MAKE_FOLDER, WRITE, TRUNCATE, SYNC, FAILED_SYNC, SYNC_FOLDER, UNLINK };
enum counted { WRITES = 1, SYNCS = 2, NAMES = 4, READS = 8 };

struct control {
  uint64_t calls;  /* of the chosen kinds, so far */
  uint64_t first;  /* the first call that fails, from 1; 0: none does */
  uint64_t last;   /* the last one */
  uint64_t error;  /* what they fail with; 0: the process is killed instead */
  uint64_t kinds;  /* which calls are counted: a sum of `enum counted` */
};

struct header { uint64_t type, file, offset, size; };

struct watched {
  enum { NOT, DATA, SHARED_MEMORY, ACKNOWLEDGED, FOLDER } as;
  uint64_t file;
  char path[512];
};

#define DESCRIPTORS 4096
static struct watched descriptors[DESCRIPTORS];
static char folder[512];
static size_t folder_length;
static int record_to = -1;
static struct control *control;

#define REAL(name) ((__typeof__(&name))find_real(#name))

static void *find_real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

static void give_up(const char *what, const char *path) {
  fprintf(stderr, "record.c can't go on: %s (%s)\n", what, path);
  abort();
}

__attribute__((constructor)) static void begin(void) {
  const char *watch = getenv("POWER_LOSS_FOLDER");
  const char *log = getenv("POWER_LOSS_LOG");
  const char *shared = getenv("POWER_LOSS_CONTROL");
  if (log != NULL) {
    record_to = REAL(open)(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (record_to < 0) give_up("no log", log);
  }
  if (shared != NULL) {
    int file = REAL(open)(shared, O_RDWR | O_CLOEXEC);
    void *memory = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file < 0 || memory == MAP_FAILED) give_up("no control", shared);
    control = memory;
    REAL(close)(file);
  }
  /* Last: from here on calls are looked at. */
  if (watch != NULL) {
    if (strlen(watch) >= sizeof folder) give_up("too long", watch);
    strcpy(folder, watch);
    folder_length = strlen(watch);
  }
}

/* The path below the folder ("" for the folder itself), or NULL for one that is elsewhere. */
static const char *inside(const char *path) {
  if (folder_length == 0 || strncmp(path, folder, folder_length) != 0) return NULL;
  path += folder_length;
  if (*path == '\0') return path;
  return *path == '/' ? path + 1 : NULL;
}

static int ends_with(const char *text, const char *end) {
  size_t length = strlen(text), end_length = strlen(end);
  return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static struct watched *watched(int descriptor) {
  if (descriptor < 0 || descriptor >= DESCRIPTORS || descriptors[descriptor].as == NOT) return NULL;
  return &descriptors[descriptor];
}

/* One write for a record, so that those of several threads and processes never mix. */
static void record(enum record type, uint64_t file, uint64_t offset, const void *data, size_t size) {
  if (record_to < 0) return;
  struct header header = { type, file, offset, size };
  struct iovec parts[2] = { { &header, sizeof header }, { (void *)data, size } };
  int before = errno;
  if (REAL(writev)(record_to, parts, 2) != (ssize_t)(sizeof header + size)) give_up("the log is torn", folder);
  errno = before;
}

static void record_path(enum record type, uint64_t file, const char *path) {
  record(type, file, 0, path, strlen(path));
}

/* Counts a call. Answers the error that it is to fail with, or 0; `first` is told of the first one that fails. */
static int count(enum counted kind, int *first) {
  if (control == NULL || (control->kinds & kind) == 0) return 0;
  uint64_t call = __atomic_add_fetch(&control->calls, 1, __ATOMIC_SEQ_CST);
  if (control->first == 0 || call < control->first || call > control->last) return 0;
  if (control->error == 0) kill(getpid(), SIGKILL);
  if (first != NULL) *first = call == control->first;
  return (int)control->error;
}

static int fails(enum counted kind) {
  int error = count(kind, NULL);
  if (error != 0) errno = error;
  return error != 0;
}

static int is_counted(const struct watched *file) { return file->as != ACKNOWLEDGED; }
static int is_recorded(const struct watched *file) { return file->as == DATA || file->as == ACKNOWLEDGED; }

static int open_watched(const char *path, int flags, mode_t mode) {
  const char *name = inside(path);
  if (name == NULL) return REAL(open)(path, flags, mode);
  struct stat status;
  int is_new = stat(path, &status) != 0;
  int is_acknowledged = ends_with(name, "acknowledged");
  if (is_new && (flags & O_CREAT) && !is_acknowledged && fails(NAMES)) return -1;
  int descriptor = REAL(open)(path, flags, mode);
  if (descriptor < 0) return descriptor;
  if (descriptor >= DESCRIPTORS || strlen(name) >= sizeof descriptors[0].path) give_up("too many", path);
  if (fstat(descriptor, &status) != 0) give_up("no status", path);
  struct watched *file = &descriptors[descriptor];
  file->as = S_ISDIR(status.st_mode) ? FOLDER
    : ends_with(name, "-shm") ? SHARED_MEMORY : is_acknowledged ? ACKNOWLEDGED : DATA;
  file->file = status.st_ino;
  strcpy(file->path, name);
  if (!is_recorded(file)) return descriptor;
  if (is_new) record_path(CREATE, file->file, name);
  else if ((flags & O_TRUNC) != 0) record(TRUNCATE, file->file, 0, NULL, 0);
  return descriptor;
}

static mode_t mode_of(int flags, va_list rest) { return (flags & O_CREAT) ? va_arg(rest, mode_t) : 0; }

#define OPEN(name)                                 \
  int name(const char *path, int flags, ...) {     \
    va_list rest;                                  \
    va_start(rest, flags);                         \
    mode_t mode = mode_of(flags, rest);            \
    va_end(rest);                                  \
    return open_watched(path, flags, mode);        \
  }

#define OPEN_AT(name)                                             \
  int name(int at, const char *path, int flags, ...) {            \
    va_list rest;                                                 \
    va_start(rest, flags);                                        \
    mode_t mode = mode_of(flags, rest);                           \
    va_end(rest);                                                 \
    if (inside(path) != NULL) return open_watched(path, flags, mode); \
    return REAL(openat)(at, path, flags, mode);                   \
  }

OPEN(open)
OPEN_AT(openat)

int close(int descriptor) {
  struct watched *file = watched(descriptor);
  if (file != NULL) file->as = NOT;
  return REAL(close)(descriptor);
}

/* A full disk takes the first half of what no longer fits. */
static int begins_to_fail(struct watched *file, size_t *size) {
  int first = 0;
  int error = is_counted(file) ? count(WRITES, &first) : 0;
  if (error == ENOSPC && first && control->last > control->first && *size > 1) {
    *size /= 2;
    return 0;
  }
  if (error != 0) errno = error;
  return error != 0;
}

static ssize_t write_at(int descriptor, const void *data, size_t size, off_t offset) {
  struct watched *file = watched(descriptor);
  if (file != NULL && begins_to_fail(file, &size)) return -1;
  ssize_t written = REAL(pwrite)(descriptor, data, size, offset);
  if (file != NULL && is_recorded(file) && written > 0) record(WRITE, file->file, offset, data, written);
  return written;
}

ssize_t write(int descriptor, const void *data, size_t size) {
  struct watched *file = watched(descriptor);
  if (file != NULL && begins_to_fail(file, &size)) return -1;
  ssize_t written = REAL(write)(descriptor, data, size);
  if (file != NULL && is_recorded(file) && written > 0) {
    off_t end = lseek(descriptor, 0, SEEK_CUR);
    record(WRITE, file->file, end - written, data, written);
  }
  return written;
}

static int truncate_to(int descriptor, off_t size) {
  struct watched *file = watched(descriptor);
  if (file != NULL && is_counted(file) && fails(WRITES)) return -1;
  int answer = REAL(ftruncate)(descriptor, size);
  if (file != NULL && is_recorded(file) && answer == 0) record(TRUNCATE, file->file, size, NULL, 0);
  return answer;
}

/* Recorded before it is done: what others write meanwhile does not count as synced. */
static int sync_watched(int descriptor, int (*sync)(int)) {
  struct watched *file = watched(descriptor);
  if (file == NULL) return sync(descriptor);
  int is_failed = is_counted(file) && fails(SYNCS);
  if (is_recorded(file)) record(is_failed ? FAILED_SYNC : SYNC, file->file, 0, NULL, 0);
  if (file->as == FOLDER && !is_failed) record_path(SYNC_FOLDER, 0, file->path);
  if (is_failed) return -1;
  if (sync(descriptor) != 0) give_up("a real error", file->path);
  return 0;
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset) {
  return write_at(descriptor, data, size, offset);
}
int ftruncate(int descriptor, off_t size) { return truncate_to(descriptor, size); }
int fsync(int descriptor) { return sync_watched(descriptor, REAL(fsync)); }
int fdatasync(int descriptor) { return sync_watched(descriptor, REAL(fdatasync)); }

static ssize_t read_at(int descriptor, void *data, size_t size, off_t offset) {
  struct watched *file = watched(descriptor);
  if (file != NULL && is_counted(file) && fails(READS)) return -1;
  return REAL(pread)(descriptor, data, size, offset);
}
ssize_t pread(int descriptor, void *data, size_t size, off_t offset) {
  return read_at(descriptor, data, size, offset);
}

#ifdef __GLIBC__
OPEN(open64)
OPEN_AT(openat64)
ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset) {
  return write_at(descriptor, data, size, offset);
}
ssize_t pread64(int descriptor, void *data, size_t size, off64_t offset) {
  return read_at(descriptor, data, size, offset);
}
int ftruncate64(int descriptor, off64_t size) { return truncate_to(descriptor, size); }
#endif

int unlink(const char *path) {
  const char *name = inside(path);
  struct stat status;
  if (name == NULL || stat(path, &status) != 0) return REAL(unlink)(path);
  if (fails(NAMES)) return -1;
  int answer = REAL(unlink)(path);
  if (answer == 0 && !ends_with(name, "-shm")) record_path(UNLINK, status.st_ino, name);
  return answer;
}

int mkdir(const char *path, mode_t mode) {
  const char *name = inside(path);
  struct stat status;
  int is_new = name != NULL && stat(path, &status) != 0;
  if (is_new && fails(NAMES)) return -1;
  int answer = REAL(mkdir)(path, mode);
  if (is_new && answer == 0) record_path(MAKE_FOLDER, 0, name);
  return answer;
}

/* What nobody does to these files today. If that changes, the record has to learn it. */
int rename(const char *from, const char *to) {
  if (inside(from) != NULL || inside(to) != NULL) give_up("rename is not recorded", to);
  return REAL(rename)(from, to);
}
int rmdir(const char *path) {
  if (inside(path) != NULL) give_up("rmdir is not recorded", path);
  return REAL(rmdir)(path);
}
int truncate(const char *path, off_t size) {
  if (inside(path) != NULL) give_up("truncate is not recorded", path);
  return REAL(truncate)(path, size);
}
ssize_t writev(int descriptor, const struct iovec *parts, int number) {
  if (watched(descriptor) != NULL) give_up("writev is not recorded", folder);
  return REAL(writev)(descriptor, parts, number);
}
ssize_t pwritev(int descriptor, const struct iovec *parts, int number, off_t offset) {
  if (watched(descriptor) != NULL) give_up("pwritev is not recorded", folder);
  return REAL(pwritev)(descriptor, parts, number, offset);
}
