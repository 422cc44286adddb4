#include "api/orderctl/interrupt.h"

#include <atomic>
#include <cassert>
#include <csignal>
#include <cstdint>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "api/orderctl/exit_codes.h"

namespace orders::api {
namespace {

// What a signal handler may touch. `wake` also ends the thread when nobody interrupts.
std::atomic<int> wake{-1};
std::atomic<bool> asked{false};

void Wake() {
  const std::uint64_t one = 1;
  if (write(wake.load(), &one, sizeof one) < 0) return;
}

void OnSignal(int) {
  if (asked.exchange(true)) _exit(kExitInterrupted);
  Wake();
}

}  // namespace

Interrupt::Interrupt(std::function<void()> stop) {
  assert(wake.load() < 0);
  asked = false;
  wake = eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([stop = std::move(stop)] {
    std::uint64_t count = 0;
    while (read(wake.load(), &count, sizeof count) < 0) {
    }
    if (asked) stop();
  });
  std::signal(SIGINT, OnSignal);
  std::signal(SIGTERM, OnSignal);
}

Interrupt::~Interrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  Wake();
  thread_.join();
  close(wake.exchange(-1));
}

bool Interrupt::WasAsked() { return asked; }

}  // namespace orders::api
