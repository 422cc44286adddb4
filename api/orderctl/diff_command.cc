#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/message_diff.h"
#include "api/orderctl/options.h"
#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

struct Arguments {
  std::string order_id;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

grpc::Status GetAsOf(Session& session, const std::string& order_id, std::uint64_t revision,
                     v1::Order& order) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::GetOrderRequest request;
  request.set_order_id(order_id);
  request.set_as_of_revision(revision);
  v1::GetOrderResponse answer;
  grpc::Status status = session.queries().GetOrder(&context, request, &answer);
  if (status.ok()) order = std::move(*answer.mutable_order());
  return status;
}

std::string TextOf(const FieldChange& change) {
  const auto shown = [](const std::string& value) {
    return value.empty() ? std::string("-") : Printable(value);
  };
  return absl::StrCat(Printable(change.field), ": ", shown(change.from), " -> ", shown(change.to),
                      "\n");
}

int Diff(Session& session, const Arguments& arguments) {
  v1::Order from;
  v1::Order to;
  grpc::Status status = GetAsOf(session, arguments.order_id, arguments.from, from);
  if (status.ok()) status = GetAsOf(session, arguments.order_id, arguments.to, to);
  if (!status.ok()) return session.Fail(status);
  for (const FieldChange& change : ChangesBetween(from, to)) {
    if (session.options().output == OutputForm::kTable) {
      session.out().Write(TextOf(change));
    } else {
      session.out().Write(
          nlohmann::ordered_json{{"field", change.field}, {"from", change.from}, {"to", change.to}}
              .dump() +
          "\n");
    }
  }
  return kExitOk;
}

}  // namespace

void AddDiffCommand(CommandLine& line) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& app = line.Add("diff", "Questions", "What changed between two revisions of an order",
                           [arguments](Session& session) { return Diff(session, *arguments); });
  AddText(app, "ORDER", "The order's id", "", [arguments](std::string id) {
    arguments->order_id = std::move(id);
  })->required();
  constexpr std::int64_t kRevisionMax = std::numeric_limits<std::int64_t>::max();
  AddInteger(app, "--from", "The earlier revision", "R", 0, kRevisionMax,
             [arguments](std::int64_t revision) {
               arguments->from = static_cast<std::uint64_t>(revision);
             })
      ->required();
  AddInteger(
      app, "--to", "The later revision", "R", 0, kRevisionMax,
      [arguments](std::int64_t revision) { arguments->to = static_cast<std::uint64_t>(revision); })
      ->required();
}

}  // namespace orders::api
