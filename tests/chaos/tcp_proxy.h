#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace eventstoredb::testing_support {

/// A network between a client and a server on this machine, with the faults of one: delay, a cut
/// after so many bytes, silence, a reset. One thread for each direction of a connection.
/// Thread-safe.
class TcpProxy {
 public:
  /// Listens on a free port of 127.0.0.1 and connects on to `target_port` there.
  static absl::StatusOr<std::unique_ptr<TcpProxy>> Start(std::uint16_t target_port);
  /// Resets what is open.
  ~TcpProxy();

  std::uint16_t port() const { return port_; }
  std::string address() const;

  /// From the next connection on: where to connect to.
  void SetTarget(std::uint16_t port) { target_port_ = port; }
  /// Every piece of bytes waits this long on its way, in both directions.
  void SetDelay(absl::Duration delay) { delay_nanos_ = absl::ToInt64Nanoseconds(delay); }
  /// Nothing gets through any more, and nothing is closed: a half-open network.
  void SetBlackHole(bool on) { black_hole_ = on; }
  /// The next connection is cut when the server has sent it `bytes`; the ones after are whole.
  void CutNextAfter(std::uint64_t bytes) { cut_after_ = static_cast<std::int64_t>(bytes); }
  /// Resets all that are open (RST, no goodbye). Answers how many.
  std::size_t ResetAll();

  std::uint64_t connections() const { return accepted_; }

 private:
  struct Link;

  TcpProxy(int listener, std::uint16_t port, std::uint16_t target_port);
  void Accept();
  void Serve(const std::shared_ptr<Link>& link, bool to_server);

  const int listener_;
  const std::uint16_t port_;
  std::atomic<std::uint16_t> target_port_;
  std::atomic<std::int64_t> delay_nanos_ = 0;
  std::atomic<bool> black_hole_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::int64_t> cut_after_ = -1;
  std::atomic<std::uint64_t> accepted_ = 0;

  absl::Mutex mutex_;
  std::vector<std::shared_ptr<Link>> links_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  std::thread acceptor_;
};

}  // namespace eventstoredb::testing_support
