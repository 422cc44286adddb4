// Linked into every program of a ThreadSanitizer build. The system's Abseil is compiled without the
// sanitizer, which therefore sees no order between the users of an absl::Mutex and would report
// every one of them. The linker's --wrap (see tsan.cmake) leads our calls through here, where the
// order is told: who takes a lock has seen all that was done before it was let go.
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace {

// A lock that is let go runs the conditions of those who wait for it, on this thread and still
// under the lock, but after we have said that it is free.
struct InLibrary {
  InLibrary() { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
  ~InLibrary() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
};

template <typename Call>
auto LetGoAndTakeAgain(const void* address, const Call& call) {
  __tsan_release(const_cast<void*>(address));
  struct Taken {
    const void* address;
    ~Taken() { __tsan_acquire(const_cast<void*>(address)); }
  } taken{address};
  const InLibrary in_library;
  return call();
}

}  // namespace

#define ORDERS_WRAP(result, name, parameters, arguments)                     \
  result __real_##name parameters;                                           \
  result __wrap_##name parameters;                                           \
  result __wrap_##name parameters {                                          \
    return LetGoAndTakeAgain(self, [&] { return __real_##name arguments; }); \
  }

extern "C" {

// Taking a lock also waits for conditions, and so also runs those of others.
void __real__ZN4absl7debian35Mutex4LockEv(absl::Mutex* self);
void __wrap__ZN4absl7debian35Mutex4LockEv(absl::Mutex* self);
void __wrap__ZN4absl7debian35Mutex4LockEv(absl::Mutex* self) {
  {
    const InLibrary in_library;
    __real__ZN4absl7debian35Mutex4LockEv(self);
  }
  __tsan_acquire(self);
}

void __real__ZN4absl7debian35Mutex10ReaderLockEv(absl::Mutex* self);
void __wrap__ZN4absl7debian35Mutex10ReaderLockEv(absl::Mutex* self);
void __wrap__ZN4absl7debian35Mutex10ReaderLockEv(absl::Mutex* self) {
  {
    const InLibrary in_library;
    __real__ZN4absl7debian35Mutex10ReaderLockEv(self);
  }
  __tsan_acquire(self);
}

bool __real__ZN4absl7debian35Mutex7TryLockEv(absl::Mutex* self);
bool __wrap__ZN4absl7debian35Mutex7TryLockEv(absl::Mutex* self);
bool __wrap__ZN4absl7debian35Mutex7TryLockEv(absl::Mutex* self) {
  if (!__real__ZN4absl7debian35Mutex7TryLockEv(self)) return false;
  __tsan_acquire(self);
  return true;
}

// The address must not be touched once the lock is free: its owner may go.
void __real__ZN4absl7debian35Mutex6UnlockEv(absl::Mutex* self);
void __wrap__ZN4absl7debian35Mutex6UnlockEv(absl::Mutex* self);
void __wrap__ZN4absl7debian35Mutex6UnlockEv(absl::Mutex* self) {
  __tsan_release(self);
  const InLibrary in_library;
  __real__ZN4absl7debian35Mutex6UnlockEv(self);
}

void __real__ZN4absl7debian35Mutex12ReaderUnlockEv(absl::Mutex* self);
void __wrap__ZN4absl7debian35Mutex12ReaderUnlockEv(absl::Mutex* self);
void __wrap__ZN4absl7debian35Mutex12ReaderUnlockEv(absl::Mutex* self) {
  __tsan_release(self);
  const InLibrary in_library;
  __real__ZN4absl7debian35Mutex12ReaderUnlockEv(self);
}

ORDERS_WRAP(void, _ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE,
            (absl::Mutex * self, const absl::Condition& condition), (self, condition))
ORDERS_WRAP(bool, _ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE,
            (absl::Mutex * self, const absl::Condition& condition, absl::Duration timeout),
            (self, condition, timeout))
ORDERS_WRAP(bool, _ZN4absl7debian35Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE,
            (absl::Mutex * self, const absl::Condition& condition, absl::Time deadline),
            (self, condition, deadline))
ORDERS_WRAP(void, _ZN4absl7debian35Mutex8LockWhenERKNS0_9ConditionE,
            (absl::Mutex * self, const absl::Condition& condition), (self, condition))
ORDERS_WRAP(bool, _ZN4absl7debian35Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE,
            (absl::Mutex * self, const absl::Condition& condition, absl::Duration timeout),
            (self, condition, timeout))
ORDERS_WRAP(bool, _ZN4absl7debian35Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE,
            (absl::Mutex * self, const absl::Condition& condition, absl::Time deadline),
            (self, condition, deadline))

// A condition variable gives its waiter the mutex back, and orders nothing itself.
#define ORDERS_WRAP_WAIT(result, name, parameters, arguments)                 \
  result __real_##name parameters;                                            \
  result __wrap_##name parameters;                                            \
  result __wrap_##name parameters {                                           \
    return LetGoAndTakeAgain(mutex, [&] { return __real_##name arguments; }); \
  }
ORDERS_WRAP_WAIT(void, _ZN4absl7debian37CondVar4WaitEPNS0_5MutexE,
                 (absl::CondVar * self, absl::Mutex* mutex), (self, mutex))
ORDERS_WRAP_WAIT(bool, _ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE,
                 (absl::CondVar * self, absl::Mutex* mutex, absl::Duration timeout),
                 (self, mutex, timeout))
ORDERS_WRAP_WAIT(bool, _ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE,
                 (absl::CondVar * self, absl::Mutex* mutex, absl::Time deadline),
                 (self, mutex, deadline))

void __real__ZN4absl7debian312Notification6NotifyEv(absl::Notification* self);
void __wrap__ZN4absl7debian312Notification6NotifyEv(absl::Notification* self);
void __wrap__ZN4absl7debian312Notification6NotifyEv(absl::Notification* self) {
  __tsan_release(self);
  __real__ZN4absl7debian312Notification6NotifyEv(self);
}
ORDERS_WRAP(void, _ZNK4absl7debian312Notification19WaitForNotificationEv,
            (const absl::Notification* self), (self))
ORDERS_WRAP(bool, _ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE,
            (const absl::Notification* self, absl::Duration timeout), (self, timeout))
ORDERS_WRAP(bool, _ZNK4absl7debian312Notification31WaitForNotificationWithDeadlineENS0_4TimeE,
            (const absl::Notification* self, absl::Time deadline), (self, deadline))

bool __real__ZN4absl7debian315BlockingCounter14DecrementCountEv(absl::BlockingCounter* self);
bool __wrap__ZN4absl7debian315BlockingCounter14DecrementCountEv(absl::BlockingCounter* self);
bool __wrap__ZN4absl7debian315BlockingCounter14DecrementCountEv(absl::BlockingCounter* self) {
  __tsan_release(self);
  return __real__ZN4absl7debian315BlockingCounter14DecrementCountEv(self);
}
ORDERS_WRAP(void, _ZN4absl7debian315BlockingCounter4WaitEv, (absl::BlockingCounter * self), (self))

}  // extern "C"
