#pragma once

#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/channel.h"
#include "grpcpp/security/credentials.h"

#include "eventstoredb/client_options.h"

namespace eventstoredb::client {

/// Makes channels as the options say. Thread-safe.
class ChannelFactory {
 public:
  /// Reads the certificate files. Errors: InvalidArgument, which names the file.
  static absl::StatusOr<ChannelFactory> Create(const ClientOptions& options);

  /// A channel with a connection of its own; opened by the first call. Ends on a thread of gRPC's
  /// timers, whoever lets it go: the last channel of a process joins the threads that call back,
  /// and on one of them would wait for itself.
  /// Null: the server of this process has stopped.
  std::shared_ptr<grpc::Channel> Make(const Endpoint& endpoint) const;
  /// Waits until all channels made here have ended, for at most `max`. Not from a thread of gRPC.
  void AwaitEnd(absl::Duration max) const;

 private:
  /// How many channels have not ended.
  struct Count {
    absl::Mutex mutex;
    int channels ABSL_GUARDED_BY(mutex) = 0;
  };

  ChannelFactory(std::shared_ptr<grpc::ChannelCredentials> credentials,
                 const ClientOptions& options);

  std::shared_ptr<Count> count_ = std::make_shared<Count>();
  std::shared_ptr<grpc::Channel> Open(const Endpoint& endpoint) const;

  std::function<std::shared_ptr<grpc::Channel>()> make_;  ///< Null: to an endpoint.
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
  absl::Duration keepalive_interval_;
  absl::Duration keepalive_timeout_;
};

}  // namespace eventstoredb::client
