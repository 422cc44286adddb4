#pragma once

#include "api/orderctl/command_line.h"
#include "api/orderctl/options.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {

/// More than the service gives: it answers a larger page with its largest.
inline constexpr int kPageSizeMax = 100'000;

/// --page-size and --page-token, of `request`.
template <typename Request>
void AddPaging(CLI::App& app, Request& request) {
  Request* const into = &request;
  AddInteger(app, "--page-size", "Rows of a page [50], at most 500", "N", 1, kPageSizeMax,
             [into](std::int64_t rows) { into->set_page_size(static_cast<int>(rows)); });
  AddText(app, "--page-token", "The page after the one that gave this token", "TOKEN",
          [into](std::string token) { into->set_page_token(std::move(token)); });
}

/// --min-position and --allow-stale.
void AddReadOptions(CLI::App& app, v1::ReadOptions& options);

/// Says how new an answer is, if that was asked for. JSON holds it already.
void TellFreshness(Session& session, const v1::Freshness& freshness);
/// Warns of an answer that may lack something, and is true of one. JSON says it itself.
bool WarnOfFreshness(Session& session, const v1::Freshness& freshness);

}  // namespace orders::api
