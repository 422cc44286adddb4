#include <memory>

#include "absl/strings/str_cat.h"

#include "api/orderctl/exit_codes.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/options.h"
#include "api/orderctl/order_text.h"
#include "api/orderctl/read_command.h"
#include "api/orderctl/write_command.h"

namespace orders::api {
namespace {

constexpr const char* kQueryGroup = "Questions";

int GetOrder(Session& session, const v1::GetOrderRequest& request) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::GetOrderResponse answer;
  const grpc::Status status = session.queries().GetOrder(&context, request, &answer);
  if (!status.ok()) return session.Fail(status);
  WarnOfFreshness(session, answer.freshness());
  TellFreshness(session, answer.freshness());
  switch (session.options().output) {
    case OutputForm::kTable:
      session.out().Write(OrderText(answer.order()));
      break;
    case OutputForm::kJson:
      session.out().Write(JsonIndented(answer));
      break;
    case OutputForm::kNdjson:
      session.out().Write(JsonLine(answer.order()));
      break;
  }
  return kExitOk;
}

void AddGet(CommandLine& line) {
  const auto request = std::make_shared<v1::GetOrderRequest>();
  CLI::App& app = line.Add("get", kQueryGroup, "One order, as it is or as it was",
                           [request](Session& session) { return GetOrder(session, *request); });
  AddText(app, "ORDER", "The order's id", "", [request](std::string id) {
    request->set_order_id(std::move(id));
  })->required();
  AddAsOf(app, request);
  AddReadOptions(app, *request->mutable_options());
}

int GetCustomer(Session& session, const v1::GetCustomerRequest& request) {
  v1::GetCustomerResponse answer;
  const grpc::Status status = AskUntilMade(session, [&](grpc::ClientContext& context) {
    return session.queries().GetCustomer(&context, request, &answer);
  });
  if (!status.ok()) return session.Fail(status);
  WarnOfFreshness(session, answer.freshness());
  TellFreshness(session, answer.freshness());
  switch (session.options().output) {
    case OutputForm::kTable:
      session.out().Write(CustomerText(answer));
      if (!answer.next_page_token().empty()) {
        WriteErrorLine(absl::StrCat("more: --page-token ", answer.next_page_token()));
      }
      break;
    case OutputForm::kJson:
      session.out().Write(JsonIndented(answer));
      break;
    case OutputForm::kNdjson:
      for (const v1::CustomerOrder& order : answer.orders()) session.out().Write(JsonLine(order));
      break;
  }
  return kExitOk;
}

void AddCustomer(CommandLine& line) {
  const auto request = std::make_shared<v1::GetCustomerRequest>();
  CLI::App& app = line.Add("customer", kQueryGroup, "A customer's totals and orders, newest first",
                           [request](Session& session) { return GetCustomer(session, *request); });
  AddText(app, "CUSTOMER", "The customer's id", "", [request](std::string id) {
    request->set_customer_id(std::move(id));
  })->required();
  AddPaging(app, *request);
  AddPastPoint(app, *request);
  AddReadOptions(app, *request->mutable_options());
}

}  // namespace

void AddQueryCommands(CommandLine& line) {
  AddGet(line);
  AddCustomer(line);
}

}  // namespace orders::api
