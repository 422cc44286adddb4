#include "tests/infrastructure/eventstoredb/scripted_server.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/support/event_store_testing.h"

namespace eventstoredb::testing_support {
namespace {

grpc::Status Unset() { return {grpc::StatusCode::UNIMPLEMENTED, "not in the script"}; }

}  // namespace

class ScriptedServer::Services final {
 public:
  Services(ScriptedServer& server, Script script)
      : features_({server, script}),
        gossip_({server, script}),
        streams_({server, script}),
        groups_(MakeGroupService(server, script.groups)),
        management_(MakeManagementServices(server, script.management)) {}

  void Register(grpc::ServerBuilder& builder) {
    builder.RegisterService(&features_);
    builder.RegisterService(&gossip_);
    builder.RegisterService(&streams_);
    builder.RegisterService(groups_.get());
    for (const auto& service : management_) builder.RegisterService(service.get());
  }

 private:
  struct Part {
    ScriptedServer& server;
    Script script;
  };

  class Features final : public features::ServerFeatures::Service, Part {
   public:
    explicit Features(Part part) : Part(std::move(part)) {}
    grpc::Status GetSupportedMethods(grpc::ServerContext* context,
                                     const event_store::client::Empty*,
                                     features::SupportedMethods* out) override {
      server.Note("GetSupportedMethods", *context);
      return script.features ? script.features(*context, *out) : Unset();
    }
  };

  class Gossip final : public gossip::Gossip::Service, Part {
   public:
    explicit Gossip(Part part) : Part(std::move(part)) {}
    grpc::Status Read(grpc::ServerContext* context, const event_store::client::Empty*,
                      gossip::ClusterInfo* out) override {
      server.Note("Gossip", *context);
      return script.gossip ? script.gossip(*context, *out) : Unset();
    }
  };

  class Streams final : public streams::Streams::Service, Part {
   public:
    explicit Streams(Part part) : Part(std::move(part)) {}
    grpc::Status Read(grpc::ServerContext* context, const streams::ReadReq* request,
                      grpc::ServerWriter<streams::ReadResp>* writer) override {
      server.Note("Read", *context);
      return script.read ? script.read(*context, *request, *writer) : Unset();
    }
    grpc::Status Append(grpc::ServerContext* context,
                        grpc::ServerReader<streams::AppendReq>* reader,
                        streams::AppendResp* out) override {
      server.Note("Append", *context);
      if (!script.append) return Unset();
      std::vector<streams::AppendReq> requests;
      streams::AppendReq request;
      while (reader->Read(&request)) requests.push_back(request);
      return script.append(*context, requests, *out);
    }
    grpc::Status BatchAppend(grpc::ServerContext* context, BatchStream* stream) override {
      server.Note("BatchAppend", *context);
      return script.batch_append ? script.batch_append(*context, *stream) : Unset();
    }
    grpc::Status Delete(grpc::ServerContext* context, const streams::DeleteReq* request,
                        streams::DeleteResp* out) override {
      server.Note("Delete", *context);
      return script.remove ? script.remove(*context, *request, *out) : Unset();
    }
    grpc::Status Tombstone(grpc::ServerContext* context, const streams::TombstoneReq* request,
                           streams::TombstoneResp* out) override {
      server.Note("Tombstone", *context);
      return script.tombstone ? script.tombstone(*context, *request, *out) : Unset();
    }
  };

  Features features_;
  Gossip gossip_;
  Streams streams_;
  const std::unique_ptr<grpc::Service> groups_;
  const std::vector<std::unique_ptr<grpc::Service>> management_;
};

grpc::Status Refuse(grpc::ServerContext& context, grpc::StatusCode code,
                    const std::map<std::string, std::string>& trailers,
                    const std::string& message) {
  for (const auto& [key, value] : trailers) context.AddTrailingMetadata(key, value);
  return {code, message};
}

ScriptedServer::ScriptedServer(Script script, std::uint16_t port,
                               std::shared_ptr<grpc::ServerCredentials> credentials)
    : services_(std::make_unique<Services>(*this, std::move(script))) {
  if (credentials == nullptr) credentials = grpc::InsecureServerCredentials();
  grpc::ServerBuilder builder;
  builder.AddListeningPort(absl::StrCat("localhost:", port), credentials, &port_in_use_);
  builder.SetMaxReceiveMessageSize(-1);
  services_->Register(builder);
  server_ = builder.BuildAndStart();
  EXPECT_NE(server_, nullptr);
  port_ = static_cast<std::uint16_t>(port_in_use_);
}

ScriptedServer::~ScriptedServer() { Stop(); }

void ScriptedServer::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_ = nullptr;
}

ClientOptions ScriptedServer::options() const {
  ClientOptions options;
  options.endpoints = {endpoint()};
  options.tls = false;
  options.discovery_interval = absl::Milliseconds(1);
  options.retry = {.attempts_max = 3,
                   .backoff_min = absl::Milliseconds(1),
                   .backoff_max = absl::Milliseconds(5)};
  return options;
}

void ScriptedServer::Note(const std::string& method, const grpc::ServerContext& context) {
  Headers headers;
  for (const auto& [key, value] : context.client_metadata()) {
    headers.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
  }
  absl::MutexLock lock(&mutex_);
  calls_[method].push_back(std::move(headers));
}

int ScriptedServer::Calls(const std::string& method) const {
  return static_cast<int>(HeadersOf(method).size());
}

std::vector<Headers> ScriptedServer::HeadersOf(const std::string& method) const {
  absl::MutexLock lock(&mutex_);
  const auto found = calls_.find(method);
  return found == calls_.end() ? std::vector<Headers>() : found->second;
}

grpc::Status ListBatchAppend(grpc::ServerContext&, features::SupportedMethods& out) {
  auto& method = *out.add_methods();
  method.set_service_name("event_store.client.streams.streams");
  method.set_method_name("batchappend");
  method.add_features("deadline_duration");
  out.set_event_store_server_version("23.10.6");
  return grpc::Status::OK;
}

streams::ReadResp EventMessage(const std::string& stream, std::uint64_t revision) {
  streams::ReadResp message;
  const std::uint64_t position = 100 * (revision + 1);
  auto& event = *message.mutable_event()->mutable_event();
  event.mutable_id()->set_string(Id(revision + 1).ToString());
  event.mutable_stream_identifier()->set_stream_name(stream);
  event.set_stream_revision(revision);
  event.set_commit_position(position);
  event.set_prepare_position(position);
  (*event.mutable_metadata())["type"] = "Tested";
  (*event.mutable_metadata())["created"] = "16409952001234567";
  (*event.mutable_metadata())["content-type"] = "application/json";
  event.set_data(absl::StrCat("{\"n\":", revision, "}"));
  message.mutable_event()->set_commit_position(position);
  return message;
}

streams::ReadResp ConfirmationMessage(const std::string& id) {
  streams::ReadResp message;
  message.mutable_confirmation()->set_subscription_id(id);
  return message;
}

streams::ReadResp CaughtUpMessage() {
  streams::ReadResp message;
  message.mutable_caught_up();
  return message;
}

void ServeBatches(BatchStream& stream,
                  const std::function<bool(const std::vector<streams::BatchAppendReq>&,
                                           streams::BatchAppendResp&)>& answer) {
  std::map<std::string, std::vector<streams::BatchAppendReq>> pending;
  streams::BatchAppendReq request;
  while (stream.Read(&request)) {
    const std::string id = request.correlation_id().string();
    pending[id].push_back(request);
    if (!request.is_final()) continue;
    streams::BatchAppendResp response;
    *response.mutable_correlation_id() = request.correlation_id();
    *response.mutable_stream_identifier() = pending[id].front().options().stream_identifier();
    if (!answer(pending[id], response)) return;
    pending.erase(id);
    stream.Write(response);
  }
}

bool SayWritten(const std::vector<streams::BatchAppendReq>& request,
                streams::BatchAppendResp& answer) {
  std::uint64_t events = 0;
  for (const auto& part : request)
    events += static_cast<std::uint64_t>(part.proposed_messages_size());
  answer.mutable_success()->set_current_revision(events - 1);
  answer.mutable_success()->mutable_position()->set_commit_position(700);
  answer.mutable_success()->mutable_position()->set_prepare_position(700);
  return true;
}

AppendRequest AppendOf(const std::string& stream, std::uint64_t id, ExpectedRevision expected) {
  AppendRequest request{.stream = stream, .expected = expected};
  request.events.push_back(Event(id));
  return request;
}

std::unique_ptr<Client> MustCreate(ClientOptions options) {
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(std::move(options));
  EXPECT_TRUE(client.ok()) << client.status();
  return client.ok() ? *std::move(client) : nullptr;
}

}  // namespace eventstoredb::testing_support
