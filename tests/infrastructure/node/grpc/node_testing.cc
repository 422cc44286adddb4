#include "tests/infrastructure/node/grpc/node_testing.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace eventstoredb::testing_support {

Ended EndOf(const grpc::Status& status, const grpc::ClientContext& context) {
  Ended ended{.code = status.error_code(), .message = status.error_message()};
  for (const auto& [key, value] : context.GetServerTrailingMetadata()) {
    ended.trailers.emplace(std::string(key.data(), key.size()),
                           std::string(value.data(), value.size()));
  }
  return ended;
}

void NodeTest::StartNode(NodeServerOptions options, bool system_projections) {
  TearDown();
  auto store =
      EmbeddedEventStore::Open({.in_memory = true, .system_projections = system_projections});
  ASSERT_TRUE(store.ok()) << store.status();
  store_ = *std::move(store);
  options_ = std::move(options);
  options_.address = "127.0.0.1:0";
  auto node = NodeServer::Start(options_, *store_);
  ASSERT_TRUE(node.ok()) << node.status();
  node_ = *std::move(node);
  channel_ = NewChannel();
  stub_ = streams::Streams::NewStub(channel_);
}

void NodeTest::RestartNode() {
  stub_.reset();
  channel_.reset();
  node_.reset();
  auto node = NodeServer::Start(options_, *store_);
  ASSERT_TRUE(node.ok()) << node.status();
  node_ = *std::move(node);
  channel_ = NewChannel();
  stub_ = streams::Streams::NewStub(channel_);
}

void NodeTest::ActAs(const std::string& login, const std::string& password) {
  authorization_ = login.empty() ? "" : BasicCredentials(login, password);
}

void NodeTest::Prepare(grpc::ClientContext& context) const {
  SetPatience(context);
  if (!authorization_.empty()) context.AddMetadata("authorization", authorization_);
}

void NodeTest::TearDown() {
  stub_.reset();
  channel_.reset();
  node_.reset();
  store_.reset();
}

std::shared_ptr<grpc::Channel> NodeTest::NewChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(17 << 20);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", node_->port()),
                                   grpc::InsecureChannelCredentials(), arguments);
}

NodeTest::Appended NodeTest::Append(const std::vector<streams::AppendReq>& messages) {
  grpc::ClientContext context;
  Prepare(context);
  Appended appended;
  const auto call = stub_->Append(&context, &appended.response);
  for (const streams::AppendReq& message : messages) {
    if (!call->Write(message)) break;  // Refused already.
  }
  call->WritesDone();
  appended.end = EndOf(call->Finish(), context);
  return appended;
}

NodeTest::Appended NodeTest::AppendEvents(const std::string& stream, int count) {
  std::vector<streams::AppendReq> messages = {Options(stream)};
  for (int i = 0; i < count; ++i) messages.push_back(Event(IdText(next_id_++)));
  return Append(messages);
}

NodeTest::ReadAnswer NodeTest::Read(const streams::ReadReq& request) {
  grpc::ClientContext context;
  Prepare(context);
  ReadAnswer answer;
  const auto call = stub_->Read(&context, request);
  streams::ReadResp message;
  while (call->Read(&message)) answer.messages.push_back(std::move(message));
  answer.end = EndOf(call->Finish(), context);
  return answer;
}

std::vector<std::uint64_t> NodeTest::ReadAnswer::Revisions() const {
  std::vector<std::uint64_t> revisions;
  for (const streams::ReadResp& message : messages) {
    if (!message.has_event()) continue;
    const auto& event = message.event();
    revisions.push_back((event.has_link() ? event.link() : event.event()).stream_revision());
  }
  return revisions;
}

std::string BasicCredentials(const std::string& login, const std::string& password) {
  return absl::StrCat("Basic ", absl::Base64Escape(absl::StrCat(login, ":", password)));
}

void SetPatience(grpc::ClientContext& context, absl::Duration patience) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + patience));
}

std::string IdText(std::uint64_t number) {
  return absl::StrFormat("00000000-0000-4000-8000-%012x", number);
}

streams::AppendReq Options(const std::string& stream) {
  streams::AppendReq message;
  message.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
  message.mutable_options()->mutable_any();
  return message;
}

streams::AppendReq OptionsAt(const std::string& stream, std::uint64_t revision) {
  streams::AppendReq message = Options(stream);
  message.mutable_options()->set_revision(revision);
  return message;
}

streams::AppendReq OptionsNoStream(const std::string& stream) {
  streams::AppendReq message = Options(stream);
  message.mutable_options()->mutable_no_stream();
  return message;
}

streams::AppendReq OptionsStreamExists(const std::string& stream) {
  streams::AppendReq message = Options(stream);
  message.mutable_options()->mutable_stream_exists();
  return message;
}

streams::AppendReq Event(const std::string& id, const std::string& data, const std::string& type) {
  streams::AppendReq message;
  auto& event = *message.mutable_proposed_message();
  event.mutable_id()->set_string(id);
  event.set_data(data);
  (*event.mutable_metadata())["type"] = type;
  (*event.mutable_metadata())["content-type"] = "application/json";
  return message;
}

namespace {

streams::ReadReq Base() {
  streams::ReadReq request;
  request.mutable_options()->mutable_no_filter();
  request.mutable_options()->mutable_uuid_option()->mutable_string();
  return request;
}

}  // namespace

streams::ReadReq ReadStreamFromStart(const std::string& stream, std::uint64_t count) {
  streams::ReadReq request = Base();
  auto& options = *request.mutable_options();
  options.mutable_stream()->mutable_stream_identifier()->set_stream_name(stream);
  options.mutable_stream()->mutable_start();
  options.set_count(count);
  return request;
}

streams::ReadReq ReadStreamFrom(const std::string& stream, std::uint64_t revision,
                                std::uint64_t count) {
  streams::ReadReq request = ReadStreamFromStart(stream, count);
  request.mutable_options()->mutable_stream()->set_revision(revision);
  return request;
}

streams::ReadReq ReadStreamBackwards(const std::string& stream, std::uint64_t count) {
  streams::ReadReq request = ReadStreamFromStart(stream, count);
  request.mutable_options()->mutable_stream()->mutable_end();
  request.mutable_options()->set_read_direction(streams::ReadReq::Options::Backwards);
  return request;
}

streams::ReadReq ReadAllFromStart(std::uint64_t count) {
  streams::ReadReq request = Base();
  request.mutable_options()->mutable_all()->mutable_start();
  request.mutable_options()->set_count(count);
  return request;
}

streams::ReadReq SubscribeToStream(const std::string& stream) {
  streams::ReadReq request = ReadStreamFromStart(stream, 1);
  request.mutable_options()->mutable_subscription();
  return request;
}

streams::ReadReq SubscribeToAll() {
  streams::ReadReq request = ReadAllFromStart(1);
  request.mutable_options()->mutable_subscription();
  return request;
}

bool Eventually(const std::function<bool()>& condition, absl::Duration patience) {
  const absl::Time end = absl::Now() + patience;
  while (!condition()) {
    if (absl::Now() > end) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

}  // namespace eventstoredb::testing_support
