#pragma once

#include <cstddef>
#include <cstdint>

namespace eventstoredb {

/// What a client has done since it was made, and does now.
struct ClientStatistics {
  std::uint64_t connections = 0;           ///< Made; all but the first are reconnects.
  std::uint64_t connections_failed = 0;    ///< Attempts to make one.
  std::uint64_t write_retries = 0;         ///< Attempts after the first of a write.
  std::uint64_t read_retries = 0;          ///< The same of a read.
  std::uint64_t subscription_resumes = 0;  ///< Subscriptions that broke and went on.
  std::size_t calls_in_flight = 0;         ///< Of gRPC: open subscriptions and BatchAppend too.
  std::size_t writes_in_flight = 0;        ///< Not answered yet.
};

}  // namespace eventstoredb
