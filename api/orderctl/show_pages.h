#pragma once

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "api/orderctl/exit_codes.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/output.h"
#include "api/orderctl/read_command.h"
#include "api/orderctl/session.h"
#include "api/orderctl/text_table.h"

namespace orders::api {

/// Rows that --all -o json gathers into one answer; ndjson has no such bound.
inline constexpr int kGatheredRowsMax = 100'000;
inline constexpr int kFullPage = 500;

/// Asks for one page, or with `all` for page after page until there is no other, and shows each as
/// it comes; as JSON, one answer with all rows. `rpc` is one of the service of `stub`;
/// `Rows(answer)` are its rows.
template <typename Stub, typename Request, typename Response, typename Rows, typename AddRow>
int ShowPagesOf(Session& session, Stub& stub, Request request, bool all,
                grpc::Status (Stub::*rpc)(grpc::ClientContext*, const Request&, Response*),
                TextTable table, Rows rows, AddRow add_row) {
  const OutputForm form = session.options().output;
  Response gathered;
  bool has_warned = false;
  if (all && request.page_size() == 0) request.set_page_size(kFullPage);
  while (true) {
    Response answer;
    const grpc::Status status = AskUntilMade(session, [&](grpc::ClientContext& context) {
      return (stub.*rpc)(&context, request, &answer);
    });
    if (!status.ok()) return session.Fail(status);
    const std::string next = answer.next_page_token();
    const bool last = !all || next.empty();

    if (form == OutputForm::kTable) {
      for (const auto& row : rows(answer)) add_row(row, table);
      session.out().Write(table.TakeText());
      if (!all && !next.empty()) WriteErrorLine(absl::StrCat("more: --page-token ", next));
    } else if (form == OutputForm::kNdjson) {
      std::string lines;
      for (const auto& row : rows(answer)) lines += JsonLine(row);
      session.out().Write(lines);
      if (!all && !next.empty()) WriteErrorLine(absl::StrCat("more: --page-token ", next));
    } else {
      gathered.MergeFrom(answer);
      gathered.set_next_page_token(next);
      if (last) session.out().Write(JsonIndented(gathered));
      if (!last && rows(gathered).size() >= kGatheredRowsMax) {
        WriteErrorLine(absl::StrCat("orderctl: more than ", kGatheredRowsMax,
                                    " rows do not go into one answer: use -o ndjson"));
        return kExitUsage;
      }
    }
    if constexpr (requires { answer.freshness(); }) {
      has_warned = has_warned || WarnOfFreshness(session, answer.freshness());
      if (last) TellFreshness(session, answer.freshness());
    }
    if (last || session.out().state() != Output::State::kOpen) return kExitOk;
    request.set_page_token(next);
  }
}

/// Of a question about orders.
template <typename Request, typename Response, typename Rows, typename AddRow>
int ShowPages(Session& session, Request request, bool all,
              grpc::Status (v1::OrderQueries::StubInterface::*rpc)(grpc::ClientContext*,
                                                                   const Request&, Response*),
              TextTable table, Rows rows, AddRow add_row) {
  return ShowPagesOf(session, session.queries(), std::move(request), all, rpc, std::move(table),
                     rows, add_row);
}

}  // namespace orders::api
