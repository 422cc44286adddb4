#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <nlohmann/json.hpp>

namespace eventstoredb::golden {

using Json = nlohmann::json;

/// How a call ended.
struct CallEnd {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string text;                             ///< For people; not compared.
  std::map<std::string, std::string> trailers;  ///< Without those of the transport.
};

/// "event_store.client.streams.Streams/Read"; null if the protocol has no such method.
const google::protobuf::MethodDescriptor* FindMethod(const std::string& method);

/// One call of any method of the protocol, with messages as Protobuf JSON. Unary calls are streams
/// of one message, as on the wire. Used by one thread.
class ProtocolCall {
 public:
  /// Starts it. `headers` are sent along. No deadline of its own.
  ProtocolCall(const std::shared_ptr<grpc::Channel>& channel,
               const google::protobuf::MethodDescriptor& method,
               const std::map<std::string, std::string>& headers);
  ProtocolCall(const ProtocolCall&) = delete;
  ProtocolCall& operator=(const ProtocolCall&) = delete;
  /// Cancels it if it still runs, and waits until it is gone.
  ~ProtocolCall();

  /// Writes one request. Throws std::runtime_error if `request` is no message of the method. A call
  /// that has ended takes nothing more, silently: its end says why.
  void Send(const Json& request);
  /// No more requests.
  void HalfClose();
  /// The next answer; nullopt at `deadline`, or when there are no more: see `has_ended`.
  std::optional<Json> Next(absl::Time deadline);
  /// No more answers come: ask End.
  bool has_ended() const { return has_ended_; }
  /// How it ended; waits for the end.
  CallEnd End();

 private:
  enum class Tag : std::intptr_t { kStart = 1, kWrite, kRead, kHalfClose, kFinish };
  /// Waits for the outcome of an operation; nullopt at `deadline`. Outcomes of others are kept.
  std::optional<bool> Await(Tag tag, absl::Time deadline);
  static void* AsPointer(Tag tag) { return reinterpret_cast<void*>(tag); }

  const google::protobuf::MethodDescriptor& method_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  std::map<Tag, bool> outcomes_;  ///< Come, and not asked for yet.
  grpc::ByteBuffer incoming_;
  bool is_reading_ = false;
  bool has_ended_ = false;
  bool half_closed_ = false;
  std::optional<CallEnd> end_;
};

}  // namespace eventstoredb::golden
