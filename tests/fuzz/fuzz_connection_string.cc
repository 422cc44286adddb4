#include <string_view>

#include "absl/status/status.h"

#include "eventstoredb/connection_string.h"
#include "tests/fuzz/fuzz_target.h"

// The input: a connection string.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using orders::fuzz::Demand;

  const auto parsed = eventstoredb::ParseConnectionString(orders::fuzz::AsText(data, size));
  if (!parsed.ok()) {
    Demand(parsed.status().code() == absl::StatusCode::kInvalidArgument,
           "a string that is refused is InvalidArgument");
    Demand(!parsed.status().message().empty(), "a refusal says what to change");
    return 0;
  }
  Demand(eventstoredb::Validate(parsed->options).ok(), "what is taken makes a client");
  return 0;
}
