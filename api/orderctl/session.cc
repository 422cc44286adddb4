#include "api/orderctl/session.h"

#include <random>
#include <utility>

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/support/channel_arguments.h"

#include "api/orderctl/error_report.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/tls_diagnosis.h"
#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

constexpr int kAnswerBytesMax = 64 << 20;

void SayWhoAsks(const GlobalOptions& options, grpc::ClientContext& context) {
  if (!options.actor.empty()) context.AddMetadata("x-actor", options.actor);
  const std::string& token = options.security.token;
  if (!token.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", token));
}

}  // namespace

std::shared_ptr<grpc::Channel> OpenChannel(const GlobalOptions& options, int number) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kAnswerBytesMax);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Channels with equal arguments would share one connection.
  arguments.SetInt("orders.channel_number", number);
  return grpc::CreateCustomChannel(options.server, CredentialsOf(options.security), arguments);
}

Session::Session(GlobalOptions options)
    : options_(std::move(options)),
      channel_(OpenChannel(options_, 0)),
      commands_(v1::OrderCommands::NewStub(channel_)),
      queries_(v1::OrderQueries::NewStub(channel_)),
      admin_(v1::OrderAdmin::NewStub(channel_)),
      read_models_(v1::ReadModels::NewStub(channel_)),
      store_users_(v1::StoreUsers::NewStub(channel_)),
      streams_(v1::Streams::NewStub(channel_)),
      groups_(v1::ConsumerGroups::NewStub(channel_)),
      nodes_(v1::Nodes::NewStub(channel_)),
      webhooks_(v1::Webhooks::NewStub(channel_)),
      out_(STDOUT_FILENO) {}

void Session::Prepare(grpc::ClientContext& context) const { PrepareCall(options_, context); }

void Session::PrepareStream(grpc::ClientContext& context) const {
  if (options_.timeout_given) return PrepareCall(options_, context);
  SayWhoAsks(options_, context);
}

int Session::Fail(const grpc::Status& status, const std::string& retry_hint) {
  // A connection that never came about is no unknown outcome, even when the deadline ended it.
  if (status.error_code() == grpc::DEADLINE_EXCEEDED &&
      channel_->GetState(false) != GRPC_CHANNEL_READY) {
    const grpc::Status unreachable(grpc::UNAVAILABLE,
                                   absl::StrCat("no connection to ", options_.server, " within ",
                                                absl::FormatDuration(options_.timeout)));
    return Fail(unreachable, retry_hint);
  }
  if (status.error_code() == grpc::UNAVAILABLE) {
    const std::string mismatch = DiagnoseTls(options_.server, options_.security);
    if (!mismatch.empty()) {
      WriteErrorLine(absl::StrCat("orderctl: UNAVAILABLE: ", Printable(mismatch)));
      return kExitUnavailable;
    }
  }
  WriteErrorLine(ErrorText(status, retry_hint));
  return ExitCodeFor(status.error_code());
}

void PrepareCall(const GlobalOptions& options, grpc::ClientContext& context) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + options.timeout));
  SayWhoAsks(options, context);
}

std::string RandomHex() {
  std::random_device device;
  std::string text;
  for (int i = 0; i < 4; ++i) absl::StrAppend(&text, absl::StrFormat("%08x", device()));
  return text;
}

}  // namespace orders::api
