#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include <boost/asio/ip/address.hpp>

namespace orders::infrastructure {

/// Addresses of names, by the system's resolver. It cannot be interrupted and may take half a
/// minute, so each question has a thread that nobody waits for: what is left of it at a stop ends
/// by itself. Thread-safe.
class NameLookup {
 public:
  /// Asked at one time; the next wait for their turn.
  static constexpr std::size_t kLookupsMax = 8;
  /// Waiting for their turn; one more is answered at once, with an error.
  static constexpr std::size_t kWaitingMax = 1'024;

  struct Answer {
    std::vector<boost::asio::ip::address> addresses;
    std::string error;  ///< Set if there are none.
  };
  /// Called once, from any thread, also from within; not after the destructor has returned.
  using Done = absl::AnyInvocable<void(Answer)>;

  NameLookup();
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  /// An address is its own answer.
  void Find(const std::string& host, Done done);

 private:
  struct State;
  const std::shared_ptr<State> state_;  ///< Outlives this in the threads that still ask.
};

}  // namespace orders::infrastructure
