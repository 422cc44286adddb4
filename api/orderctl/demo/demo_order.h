#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "api/orderctl/session.h"

namespace orders::api {

/// What all stories of a demo count together. Thread-safe.
struct DemoCounters {
  std::atomic<std::int64_t> commands{0};  ///< Answered; retries of one command count once.
  std::atomic<std::int64_t> replayed{0};  ///< Of those, answered before.
  std::atomic<std::int64_t> retries{0};
  std::atomic<bool> stop{false};  ///< Ctrl-C: no further command is sent.
};

/// One order of the demo, told step by step. The request id of a step is `request_prefix` and the
/// step's number, so that a story told again is answered as before. An answer whose outcome is
/// unknown is asked for again, a bounded number of times; after a failure nothing more is sent, and
/// the story may go on to its end without looking. One thread.
class DemoOrder {
 public:
  DemoOrder(Session& session, DemoCounters& counters, std::string order_id,
            std::string request_prefix);

  template <typename Request>
  using Rpc = grpc::Status (v1::OrderCommands::StubInterface::*)(grpc::ClientContext*,
                                                                 const Request&,
                                                                 v1::CommandResponse*);

  /// Sends a command that succeeds.
  template <typename Request>
  void Do(Request request, Rpc<Request> rpc) {
    Identify(request);
    Send([&](grpc::ClientContext* context, v1::CommandResponse* answer) {
      return (session_.commands().*rpc)(context, request, answer);
    });
  }

  /// Sends a command that the domain refuses, now and in every later state of the order; counted
  /// as `what`.
  template <typename Request>
  void Refused(const std::string& what, Request request, Rpc<Request> rpc) {
    Identify(request);
    SendRefused(what, [&](grpc::ClientContext* context, v1::CommandResponse* answer) {
      return (session_.commands().*rpc)(context, request, answer);
    });
  }

  const std::string& id() const { return order_id_; }
  /// As of the last answer.
  const v1::Order& order() const { return answer_.order(); }
  const std::string& position_token() const { return answer_.position_token(); }
  /// Whether it was ever placed.
  bool confirmed() const { return confirmed_; }
  /// The first failure.
  const grpc::Status& status() const { return status_; }
  /// Refusals that were expected, by what was tried.
  const std::map<std::string, std::int64_t>& refusals() const { return refusals_; }

 private:
  using Call = std::function<grpc::Status(grpc::ClientContext*, v1::CommandResponse*)>;

  template <typename Request>
  void Identify(Request& request) {
    request.set_order_id(order_id_);
    request.mutable_options()->set_request_id(NextRequestId());
  }
  std::string NextRequestId();
  void Send(const Call& call);
  void SendRefused(const std::string& what, const Call& call);
  /// Calls until the outcome is known, or attempts are spent.
  grpc::Status CallUntilKnown(const Call& call, v1::CommandResponse& answer);

  Session& session_;
  DemoCounters& counters_;
  const std::string order_id_;
  const std::string request_prefix_;
  int steps_ = 0;
  v1::CommandResponse answer_;
  bool confirmed_ = false;
  grpc::Status status_;
  std::map<std::string, std::int64_t> refusals_;
};

}  // namespace orders::api
