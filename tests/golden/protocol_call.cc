#include "tests/golden/protocol_call.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include "event_store/client/gossip.pb.h"
#include "event_store/client/monitoring.pb.h"
#include "event_store/client/operations.pb.h"
#include "event_store/client/persistent_subscriptions.pb.h"
#include "event_store/client/projections.pb.h"
#include "event_store/client/server_features.pb.h"
#include "event_store/client/streams.pb.h"
#include "event_store/client/users.pb.h"

namespace eventstoredb::golden {
namespace {

namespace client = event_store::client;
namespace util = google::protobuf::util;
using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

constexpr absl::Duration kEndMax = absl::Seconds(20);

/// The linker takes a generated file only if something in it is named.
void LinkTheProtocol() {
  client::gossip::ClusterInfo::descriptor();
  client::monitoring::StatsReq::descriptor();
  client::operations::ScavengeResp::descriptor();
  client::persistent_subscriptions::ReadReq::descriptor();
  client::projections::StateReq::descriptor();
  client::server_features::SupportedMethods::descriptor();
  client::streams::ReadReq::descriptor();
  client::users::DetailsReq::descriptor();
}

std::unique_ptr<Message> New(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

/// Headers that belong to HTTP, which an answer without messages has among its trailers.
bool IsOfTheTransport(std::string_view name) {
  return name == "date" || name == "server" || name == "content-type" || name == "content-length";
}

std::string Text(grpc::string_ref text) { return std::string(text.data(), text.size()); }

std::chrono::system_clock::time_point AsChrono(absl::Time time) {
  // An infinite time would overflow.
  return absl::ToChronoTime(std::min(time, absl::Now() + absl::Hours(1)));
}

}  // namespace

const google::protobuf::MethodDescriptor* FindMethod(const std::string& method) {
  LinkTheProtocol();
  std::string name = method;
  if (const std::size_t slash = name.find('/'); slash != std::string::npos) name[slash] = '.';
  return DescriptorPool::generated_pool()->FindMethodByName(name);
}

ProtocolCall::ProtocolCall(const std::shared_ptr<grpc::Channel>& channel,
                           const google::protobuf::MethodDescriptor& method,
                           const std::map<std::string, std::string>& headers)
    : method_(method) {
  for (const auto& [name, value] : headers) context_.AddMetadata(name, value);
  const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
  stream_ = grpc::GenericStub(channel).PrepareCall(&context_, path, &queue_);
  stream_->StartCall(AsPointer(Tag::kStart));
  (void)Await(Tag::kStart, absl::Now() + kEndMax);
}

ProtocolCall::~ProtocolCall() {
  context_.TryCancel();
  if (!end_.has_value()) (void)End();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

std::optional<bool> ProtocolCall::Await(Tag tag, absl::Time deadline) {
  while (true) {
    if (const auto found = outcomes_.find(tag); found != outcomes_.end()) {
      const bool ok = found->second;
      outcomes_.erase(found);
      return ok;
    }
    void* came = nullptr;
    bool ok = false;
    if (queue_.AsyncNext(&came, &ok, AsChrono(deadline)) != grpc::CompletionQueue::GOT_EVENT) {
      return std::nullopt;
    }
    outcomes_[static_cast<Tag>(reinterpret_cast<std::intptr_t>(came))] = ok;
  }
}

void ProtocolCall::Send(const Json& request) {
  const std::unique_ptr<Message> message = New(*method_.input_type());
  const auto parsed = util::JsonStringToMessage(request.dump(), message.get());
  if (!parsed.ok()) {
    throw std::runtime_error(absl::StrCat("no ", method_.input_type()->full_name(), ": ",
                                          std::string(parsed.message()), " in ", request.dump()));
  }
  grpc::ByteBuffer bytes;
  bool owned = false;
  const grpc::Status encoded =
      grpc::SerializationTraits<Message>::Serialize(*message, &bytes, &owned);
  if (!encoded.ok()) throw std::runtime_error(encoded.error_message());
  if (half_closed_) return;
  stream_->Write(bytes, AsPointer(Tag::kWrite));
  if (!Await(Tag::kWrite, absl::Now() + kEndMax).value_or(false)) half_closed_ = true;
}

void ProtocolCall::HalfClose() {
  if (half_closed_) return;
  half_closed_ = true;
  stream_->WritesDone(AsPointer(Tag::kHalfClose));
  (void)Await(Tag::kHalfClose, absl::Now() + kEndMax);
}

std::optional<Json> ProtocolCall::Next(absl::Time deadline) {
  if (has_ended_) return std::nullopt;
  if (!is_reading_) {
    is_reading_ = true;
    stream_->Read(&incoming_, AsPointer(Tag::kRead));
  }
  const std::optional<bool> ok = Await(Tag::kRead, deadline);
  if (!ok.has_value()) return std::nullopt;
  is_reading_ = false;
  if (!*ok) {
    has_ended_ = true;
    return std::nullopt;
  }
  const std::unique_ptr<Message> message = New(*method_.output_type());
  const grpc::Status decoded =
      grpc::SerializationTraits<Message>::Deserialize(&incoming_, message.get());
  if (!decoded.ok()) throw std::runtime_error(decoded.error_message());
  util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto printed = util::MessageToJsonString(*message, &text, options);
  if (!printed.ok()) throw std::runtime_error(std::string(printed.message()));
  return Json::parse(text);
}

CallEnd ProtocolCall::End() {
  if (end_.has_value()) return *end_;
  if (is_reading_) {
    (void)Await(Tag::kRead, absl::Now() + kEndMax);
    is_reading_ = false;
  }
  has_ended_ = true;
  grpc::Status status;
  stream_->Finish(&status, AsPointer(Tag::kFinish));
  if (!Await(Tag::kFinish, absl::Now() + kEndMax).has_value()) {
    context_.TryCancel();
    (void)Await(Tag::kFinish, absl::InfiniteFuture());
  }
  end_.emplace();
  end_->code = status.error_code();
  end_->text = status.error_message();
  for (const auto& [name, value] : context_.GetServerTrailingMetadata()) {
    if (!IsOfTheTransport(Text(name))) end_->trailers[Text(name)] = Text(value);
  }
  return *end_;
}

}  // namespace eventstoredb::golden
