#include "infrastructure/node/grpc/node_server_options.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

#include "infrastructure/node/access/password.h"

namespace eventstoredb {
namespace {

absl::Status InRange(const char* name, std::uint64_t value, std::uint64_t min, std::uint64_t max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is ", value, "; it must be ", min, " to ", max));
}

/// Not negative, so that it can be compared as unsigned.
std::uint64_t Count(int value) { return value < 0 ? 0 : static_cast<std::uint64_t>(value); }

absl::Status InRange(const char* name, absl::Duration value, absl::Duration min,
                     absl::Duration max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " is ", absl::FormatDuration(value),
                                                 "; it must be ", absl::FormatDuration(min), " to ",
                                                 absl::FormatDuration(max)));
}

absl::Status CheckAccessOptions(const NodeAccessOptions& access) {
  constexpr std::uint64_t kMany = 10'000'000;
  const absl::Status checks[] = {
      InRange("password_iterations", Count(access.password_iterations), kPasswordIterationsMin,
              kPasswordIterationsMax),
      InRange("verified_max", access.verified_max, 1, kMany),
      InRange("acl_streams_max", access.acl_streams_max, 1, kMany),
      InRange("password_checks_max", access.password_checks_max, 1, kMany),
      InRange("acl_checks_max", access.acl_checks_max, 1, kMany)};
  for (const absl::Status& check : checks) {
    if (!check.ok()) return check;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOptions(const NodeServerOptions& options) {
  constexpr std::uint64_t kMany = 1'000'000;
  constexpr std::uint64_t kGibibyte = 1ULL << 30;
  const absl::Duration moment = absl::Milliseconds(10);
  const absl::Status checks[] = {
      InRange("message_bytes_max", Count(options.message_bytes_max), 64 << 10, 64 << 20),
      InRange("metadata_bytes_max", Count(options.metadata_bytes_max), 1 << 10, 1 << 20),
      InRange("streams_per_connection_max", Count(options.streams_per_connection_max), 1, kMany),
      InRange("connections_max", options.connections_max, 1, kMany),
      InRange("undecided_connections_max", options.undecided_connections_max, 1, kMany),
      InRange("undecided_max", options.undecided_max, moment, absl::Minutes(10)),
      InRange("memory_bytes_max", options.memory_bytes_max, 16 << 20, 1024 * kGibibyte),
      InRange("ping_interval", options.ping_interval, absl::Seconds(1), absl::Hours(24)),
      InRange("ping_timeout", options.ping_timeout, absl::Seconds(1), absl::Hours(1)),
      InRange("append_bytes_max", options.append_bytes_max, 1, 64 << 20),
      InRange("events_per_append_max", options.events_per_append_max, 1, kMany),
      InRange("append_total_bytes_max", options.append_total_bytes_max, 1, kGibibyte),
      InRange("append_idle_max", options.append_idle_max, moment, absl::Hours(24)),
      InRange("incoming_bytes_max", options.incoming_bytes_max, 1, 1024 * kGibibyte),
      InRange("open_batches_max", options.open_batches_max, 1, kMany),
      InRange("batches_in_flight_max", options.batches_in_flight_max, 1, kMany),
      InRange("batch_timeout", options.batch_timeout, moment, absl::Hours(1)),
      InRange("read_threads", Count(options.read_threads), 1, 64),
      InRange("reads_max", options.reads_max, 1, kMany),
      InRange("subscriptions_max", options.subscriptions_max, 1, kMany),
      InRange("page_events_max", options.page_events_max, 2, 4'096),
      InRange("page_bytes_max", options.page_bytes_max, 1 << 10, 64 << 20),
      InRange("stall_max", options.stall_max, moment, absl::Hours(24)),
      InRange("groups_max", options.groups_max, 1, kMany),
      InRange("group_consumers_max", options.group_consumers_max, 1, kMany),
      InRange("group_calls_max", options.group_calls_max, 1, kMany),
      InRange("groups_bytes_max", options.groups_bytes_max, 1, 1024 * kGibibyte),
      InRange("group_page_bytes_max", options.group_page_bytes_max, 1 << 10, 64 << 20)};
  for (const absl::Status& check : checks) {
    if (!check.ok()) return check;
  }
  return options.access.has_value() ? CheckAccessOptions(*options.access) : absl::OkStatus();
}

}  // namespace eventstoredb
