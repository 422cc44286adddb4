#include "tests/infrastructure/node/grpc/access_testing.h"

#include <utility>

#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"

namespace eventstoredb::testing_support {

void AccessTest::StartWith(NodeAccessOptions access) {
  access.password_iterations = 1'000;
  NodeServerOptions options;
  options.access = std::move(access);
  StartNode(std::move(options), /*system_projections=*/true);
  AsAdmin();
  for (const std::string login : {"alice", "bob"}) {
    ASSERT_EQ(CreateUser(login, login + "'s").code, grpc::StatusCode::OK);
  }
}

users::Users::Stub& AccessTest::user_stub() {
  if (user_channel_ != channel()) {
    user_channel_ = channel();
    user_stub_ = users::Users::NewStub(user_channel_);
  }
  return *user_stub_;
}

Ended AccessTest::CreateUser(const std::string& login, const std::string& password,
                             const std::vector<std::string>& groups) {
  users::CreateReq request;
  auto& options = *request.mutable_options();
  options.set_login_name(login);
  options.set_password(password);
  options.set_full_name("User " + login);
  for (const std::string& group : groups) options.add_groups(group);
  return Do(user_stub(), &users::Users::Stub::Create, request, users::CreateResp());
}

AccessTest::DetailsAnswer AccessTest::Details(const std::string& login) {
  users::DetailsReq request;
  if (!login.empty()) request.mutable_options()->set_login_name(login);
  grpc::ClientContext context;
  Prepare(context);
  DetailsAnswer answer;
  const auto call = user_stub().Details(&context, request);
  users::DetailsResp message;
  while (call->Read(&message)) answer.found.push_back(message.user_details());
  answer.end = EndOf(call->Finish(), context);
  return answer;
}

std::vector<std::string> AccessTest::DetailsAnswer::Logins() const {
  std::vector<std::string> logins;
  for (const auto& details : found) logins.push_back(details.login_name());
  return logins;
}

void AccessTest::AppendAsAdmin(const std::string& stream, const std::string& type,
                               const std::string& json) {
  // By the process's own channel, so that whoever acts stays who it is.
  const auto own = streams::Streams::NewStub(node().InProcessChannel());
  grpc::ClientContext context;
  SetPatience(context);
  streams::AppendResp response;
  const auto call = own->Append(&context, &response);
  call->Write(Options(stream));
  call->Write(Event(IdText(next_access_id_++), json, type));
  call->WritesDone();
  const grpc::Status status = call->Finish();
  ASSERT_TRUE(status.ok()) << status.error_message();
}

void AccessTest::SetMetadata(const std::string& stream, const std::string& json) {
  AppendAsAdmin("$$" + stream, "$metadata", json);
}

void AccessTest::SetSettings(const std::string& json) {
  AppendAsAdmin("$settings", "$settings", json);
}

Ended AccessTest::DeleteStream(const std::string& stream) {
  streams::DeleteReq request;
  request.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
  request.mutable_options()->mutable_any();
  return Do(stub(), &streams::Streams::Stub::Delete, request, streams::DeleteResp());
}

Ended AccessTest::AppendOne(const std::string& stream, const std::string& type) {
  return Append({Options(stream), Event(IdText(next_access_id_++), "{}", type)}).end;
}

Ended CallWithNothing(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                      const std::string& authorization) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  SetPatience(context);
  if (!authorization.empty()) context.AddMetadata("authorization", authorization);
  grpc::CompletionQueue queue;
  const auto wait = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto call = stub.PrepareCall(&context, path, &queue);
  call->StartCall(nullptr);
  wait();
  const grpc::Slice nothing;
  call->WriteLast(grpc::ByteBuffer(&nothing, 1), grpc::WriteOptions(), nullptr);
  wait();
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  // Some go on for as long as they are listened to.
  const bool has_answer = wait();
  if (has_answer) context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  wait();
  return has_answer ? Ended{} : EndOf(status, context);
}

}  // namespace eventstoredb::testing_support
