#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/options.h"
#include "api/orderctl/scalar_syntax.h"
#include "api/orderctl/write_command.h"
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

/// --as-of-revision, --as-of-time and --as-of-position, of which one may be given.
template <typename Request>
void AddAsOf(CLI::App& app, const std::shared_ptr<Request>& request) {
  CLI::Option* const revision =
      AddInteger(app, "--as-of-revision", "As it was at this revision", "N", 0,
                 std::numeric_limits<std::int64_t>::max(), [request](std::int64_t number) {
                   request->set_as_of_revision(static_cast<std::uint64_t>(number));
                 });
  CLI::Option* const time = AddValue(
      app, "--as-of-time", "As it was at this time, like 2026-11-23T10:15:00Z", "TIME", ParseTime,
      [request](absl::Time at) { *request->mutable_as_of_time() = ToMessage(at); });
  CLI::Option* const position = AddText(
      app, "--as-of-position", "As it was when everything up to this position was there", "TOKEN",
      [request](std::string token) { request->set_as_of_position(std::move(token)); });
  time->excludes(revision);
  position->excludes(revision);
  position->excludes(time);
}

/// --as-of-time and --as-of-position, of which one may be given.
template <typename Request>
void AddPastPoint(CLI::App& app, Request& request) {
  Request* const into = &request;
  CLI::Option* const time =
      AddValue(app, "--as-of-time", "As all was at this time, like 2026-11-23T10:15:00Z", "TIME",
               ParseTime, [into](absl::Time at) { *into->mutable_as_of_time() = ToMessage(at); });
  CLI::Option* const position =
      AddText(app, "--as-of-position", "As all was when everything up to this position was there",
              "TOKEN", [into](std::string token) { into->set_as_of_position(std::move(token)); });
  position->excludes(time);
}

/// Asks with `call`; and again, while the service makes what is asked for as of then, with a word
/// about it on standard error. Waits for that at most an hour, or what --timeout says.
grpc::Status AskUntilMade(Session& session,
                          absl::FunctionRef<grpc::Status(grpc::ClientContext&)> call);

/// --min-position and --allow-stale.
void AddReadOptions(CLI::App& app, v1::ReadOptions& options);

/// Says how new an answer is, if that was asked for. JSON holds it already.
void TellFreshness(Session& session, const v1::Freshness& freshness);
/// Warns of an answer that may lack something, and is true of one. JSON says it itself.
bool WarnOfFreshness(Session& session, const v1::Freshness& freshness);

}  // namespace orders::api
