#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "api/orderctl/filter_text.h"
#include "api/orderctl/options.h"
#include "api/orderctl/order_text.h"
#include "api/orderctl/read_command.h"
#include "api/orderctl/show_pages.h"

namespace orders::api {
namespace {

constexpr const char* kListGroup = "Questions";
const auto kOrdersOf = [](const v1::ListOrdersResponse& answer) -> const auto& {
  return answer.orders();
};

/// "paid", "in-fulfilment" or "IN_FULFILMENT": the name of the API.
template <typename Enum>
auto EnumParser(bool (*parse)(google::protobuf::ConstStringParam, Enum*), std::string expected) {
  return [parse, expected](absl::string_view text) -> absl::StatusOr<std::string> {
    const std::string name = absl::StrReplaceAll(absl::AsciiStrToUpper(text), {{"-", "_"}});
    Enum value{};
    if (!parse(name, &value) || value == Enum{}) return absl::InvalidArgumentError(expected);
    return name;
  };
}

void AddChoices(CLI::App& app, ListChoices& choices) {
  ListChoices* const into = &choices;
  AddText(app, "--customer", "Of this customer", "CUSTOMER",
          [into](std::string id) { into->customer_id = std::move(id); });
  AddValue(app, "--status", "draft, confirmed, in_fulfilment, completed or cancelled", "STATUS",
           EnumParser<v1::OrderStatus>(v1::OrderStatus_Parse,
                                       "draft, confirmed, in_fulfilment, completed or cancelled"),
           [into](std::string name) { into->status = std::move(name); });
  AddValue(app, "--payment", "unpaid, authorized, partially_paid, paid, ...", "STATUS",
           EnumParser<v1::PaymentStatus>(v1::PaymentStatus_Parse,
                                         "unpaid, authorized, partially_paid, paid, "
                                         "partially_refunded, refunded or failed"),
           [into](std::string name) { into->payment = std::move(name); });
  AddValue(app, "--fulfilment", "none, partially_shipped, shipped, ...", "STATUS",
           EnumParser<v1::FulfilmentStatus>(v1::FulfilmentStatus_Parse,
                                            "none, partially_shipped, shipped, "
                                            "partially_delivered or delivered"),
           [into](std::string name) { into->fulfilment = std::move(name); });
  AddSwitch(app, "--held", "With a hold", [into] { into->held = true; });
  AddText(app, "--sku", "With a line of this sku", "SKU",
          [into](std::string sku) { into->sku = std::move(sku); });
  AddText(app, "--filter", "Comparisons joined by AND, like 'total >= 1000 AND held = true'",
          "TEXT", [into](std::string text) { into->filter = std::move(text); });
}

template <typename Request>
void AddOrderBy(CLI::App& app, Request& request) {
  AddText(app, "--order-by", "create_time, update_time, total or order_id, and desc if wanted",
          "TEXT", [into = &request](std::string text) { into->set_order_by(std::move(text)); });
}

void AddList(CommandLine& line) {
  struct Arguments {
    v1::ListOrdersRequest request;
    ListChoices choices;
    bool all = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& app =
      line.Add("list", kListGroup, "Orders, a page at a time", [arguments](Session& session) {
        arguments->request.set_filter(FilterText(arguments->choices));
        return ShowPages(session, arguments->request, arguments->all,
                         &v1::OrderQueries::StubInterface::ListOrders, SummaryTable(), kOrdersOf,
                         AddSummary);
      });
  AddChoices(app, arguments->choices);
  AddOrderBy(app, arguments->request);
  AddPaging(app, arguments->request);
  AddPastPoint(app, arguments->request);
  AddSwitch(app, "--all", "Page after page, to the end", [arguments] { arguments->all = true; });
  AddReadOptions(app, *arguments->request.mutable_options());
}

void AddListActive(CommandLine& line) {
  struct Arguments {
    v1::ListActiveOrdersRequest request;
    bool all = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& app = line.Add("list-active", kListGroup, "Orders neither completed nor cancelled",
                           [arguments](Session& session) {
                             return ShowPages(session, arguments->request, arguments->all,
                                              &v1::OrderQueries::StubInterface::ListActiveOrders,
                                              SummaryTable(), kOrdersOf, AddSummary);
                           });
  AddOrderBy(app, arguments->request);
  AddPaging(app, arguments->request);
  AddPastPoint(app, arguments->request);
  AddSwitch(app, "--all", "Page after page, to the end", [arguments] { arguments->all = true; });
  AddReadOptions(app, *arguments->request.mutable_options());
}

/// "to-ship": the name of a work list in a filter.
absl::StatusOr<std::string> ParseWorkList(absl::string_view text) {
  const std::string name = absl::StrReplaceAll(absl::AsciiStrToUpper(text), {{"-", "_"}});
  for (const char* const list : {"TO_CONFIRM", "TO_SHIP", "PAYMENT_FAILED", "REFUND_DUE", "HELD"}) {
    if (name == list) return name;
  }
  return absl::InvalidArgumentError("to-confirm, to-ship, payment-failed, refund-due or held");
}

void AddWork(CommandLine& line) {
  struct Arguments {
    v1::ListOrdersRequest request;
    bool all = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& app = line.Add("work", kListGroup, "Orders that wait for somebody, the oldest first",
                           [arguments](Session& session) {
                             return ShowPages(session, arguments->request, arguments->all,
                                              &v1::OrderQueries::StubInterface::ListOrders,
                                              SummaryTable(), kOrdersOf, AddSummary);
                           });
  AddValue(app, "LIST", "to-confirm, to-ship, payment-failed, refund-due or held", "",
           ParseWorkList,
           [arguments](const std::string& name) {
             arguments->request.set_filter(absl::StrCat("work = ", name));
             arguments->request.set_order_by("create_time");
           })
      ->required();
  AddPaging(app, arguments->request);
  AddPastPoint(app, arguments->request);
  AddSwitch(app, "--all", "Page after page, to the end", [arguments] { arguments->all = true; });
  AddReadOptions(app, *arguments->request.mutable_options());
}

void AddHistory(CommandLine& line) {
  const auto request = std::make_shared<v1::GetOrderHistoryRequest>();
  const auto all = std::make_shared<bool>(false);
  CLI::App& app =
      line.Add("history", kListGroup, "What happened to an order, oldest first",
               [request, all](Session& session) {
                 return ShowPages(
                     session, *request, *all, &v1::OrderQueries::StubInterface::GetOrderHistory,
                     HistoryTable(), [](const v1::GetOrderHistoryResponse& answer) -> const auto& {
                       return answer.entries();
                     },
                     AddHistoryEntry);
               });
  AddText(app, "ORDER", "The order's id", "", [request](std::string id) {
    request->set_order_id(std::move(id));
  })->required();
  AddPaging(app, *request);
  AddAsOf(app, request);
  AddSwitch(app, "--all", "Page after page, to the end", [all] { *all = true; });
}

}  // namespace

void AddListCommands(CommandLine& line) {
  AddList(line);
  AddListActive(line);
  AddWork(line);
  AddHistory(line);
}

}  // namespace orders::api
