#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "infrastructure/telemetry/metric_families.h"

namespace orders::infrastructure {

struct MetricsServerOptions {
  std::string address;               ///< HOST:PORT, port 0 picks one.
  std::size_t connections_max = 32;  ///< A further one is closed at once.
  std::size_t exchanges_max = 8;     ///< Requests at a time; a further one is closed.
  /// Until a connection's first bytes, until its request is whole, and until its answer is taken.
  absl::Duration patience = absl::Seconds(10);
};

/// GET and HEAD of /metrics over HTTP/1.1 on a port of its own, on one thread of its own; one
/// request a connection. 404, 405, 431 and 400 to all else, and closed what speaks no HTTP/1.1.
class MetricsServer {
 public:
  /// Called by the server's thread for each request; must not wait for anybody.
  using Collect = std::function<MetricFamilies()>;

  /// Has the address from here on, and accepts nobody yet. Errors: AlreadyExists, it is in use;
  /// PermissionDenied, it is not ours to take; InvalidArgument, it is no address of this machine;
  /// Internal.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Open(const MetricsServerOptions& options);
  /// Cuts what is open. `collect` is not called any more.
  ~MetricsServer();

  /// Once.
  void Serve(Collect collect);
  std::uint16_t port() const;

 private:
  class Impl;
  explicit MetricsServer(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace orders::infrastructure
