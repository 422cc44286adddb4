#pragma once

#include <coroutine>
#include <exception>

namespace orders::application {

/// A coroutine that nobody waits for. It runs in its caller until it first waits, goes on in
/// whoever ends the wait, and is freed when it ends. Whoever ends the wait must do so exactly once.
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

}  // namespace orders::application
