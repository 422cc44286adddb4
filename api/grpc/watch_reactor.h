#pragma once

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

#include "api/calls/method.h"
#include "api/calls/watch.h"

namespace orders::api {

/// A watch over gRPC: ends on !ok and on cancel, and is deleted in OnDone alone.
class WatchReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer>, public WatchSink {
 public:
  /// What gRPC wants back from the method.
  static grpc::ServerWriteReactor<grpc::ByteBuffer>* Open(const WatchMethod& method,
                                                          grpc::CallbackServerContext& context,
                                                          const grpc::ByteBuffer& request);

  void Send(const WatchMessage& message) override;
  void Finish(const absl::Status& status, std::string_view resource) override;
  void Cut() override;

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  explicit WatchReactor(grpc::CallbackServerContext& context) : context_(context) {}

  grpc::CallbackServerContext& context_;
  std::shared_ptr<Watch> watch_;  ///< Null: it was refused.
  grpc::ByteBuffer in_flight_;
};

}  // namespace orders::api
