#pragma once

#include <limits>
#include <memory>
#include <string>

#include "api/orderctl/address_syntax.h"
#include "api/orderctl/command_line.h"
#include "api/orderctl/item_syntax.h"
#include "api/orderctl/options.h"

namespace orders::api {

inline constexpr std::int64_t kMinorUnitsMax = std::numeric_limits<std::int64_t>::max();

/// Prints what a command answered, in the form that was asked for.
int PrintAnswer(Session& session, const v1::CommandResponse& answer);

/// --request-id, --etag, --validate-only.
void AddCommandOptions(CLI::App& app, v1::CommandOptions& options);

/// Sends a request that may be repeated: a request id is made if none was given, so that an unknown
/// outcome can be asked again.
template <typename Request>
int SendCommand(Session& session, Request& request,
                grpc::Status (v1::OrderCommands::StubInterface::*rpc)(grpc::ClientContext*,
                                                                      const Request&,
                                                                      v1::CommandResponse*)) {
  if (request.options().request_id().empty())
    request.mutable_options()->set_request_id(RandomHex());
  grpc::ClientContext context;
  session.Prepare(context);
  v1::CommandResponse answer;
  const grpc::Status status = (session.commands().*rpc)(&context, request, &answer);
  if (!status.ok()) {
    return session.Fail(status, "repeat it with --request-id " + request.options().request_id());
  }
  return PrintAnswer(session, answer);
}

/// A subcommand for one command rpc. Its options write into the request, which lives as long as the
/// command line. Returns the request and the subcommand, for its own options.
template <typename Request>
struct WriteCommand {
  CLI::App& app;
  Request& request;
};
template <typename Request>
WriteCommand<Request> AddWriteCommand(
    CommandLine& line, const std::string& name, const std::string& group, const std::string& help,
    grpc::Status (v1::OrderCommands::StubInterface::*rpc)(grpc::ClientContext*, const Request&,
                                                          v1::CommandResponse*)) {
  const auto request = std::make_shared<Request>();
  CLI::App& app = line.Add(name, group, help, [request, rpc](Session& session) {
    return SendCommand(session, *request, rpc);
  });
  AddCommandOptions(app, *request->mutable_options());
  return {app, *request};
}

/// The ORDER that all commands but create are about.
template <typename Request>
void AddOrder(WriteCommand<Request> command) {
  Request* request = &command.request;
  AddText(command.app, "ORDER", "The order's id", "", [request](std::string id) {
    request->set_order_id(std::move(id));
  })->required();
}

/// --amount MINOR and --currency, into `money`.
CLI::Option* AddAmount(CLI::App& app, const std::string& help,
                       const std::function<v1::Money*()>& money);

/// --item LINE:QTY, many times, into `items`.
CLI::Option* AddLineQuantities(CLI::App& app,
                               google::protobuf::RepeatedPtrField<v1::LineQuantity>& items);

/// --occur-time, into `time`.
void AddOccurTime(CLI::App& app, const std::function<google::protobuf::Timestamp*()>& time);

void ToMessage(const ItemArgument& item, v1::NewLine& line);
void ToMessage(const AddressArgument& argument, v1::Address& address);
google::protobuf::Timestamp ToMessage(absl::Time time);

}  // namespace orders::api
