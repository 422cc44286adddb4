#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "application/queries/freshness.h"
#include "tests/fuzz/fuzz_target.h"

// The input: what a caller sends as min_position.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using orders::fuzz::Demand;
  namespace application = orders::application;
  const application::StoreIdentity store{.id = "5a9c1c5e-7b7e-4f0c-9d43-3c5a2f0d8e11",
                                         .generation = 1};

  const std::string_view token = orders::fuzz::AsText(data, size);
  const auto position = application::DecodePositionToken(token, store);
  if (position.ok()) {
    Demand(application::EncodePositionToken(store, *position) == token, "a token has one spelling");
  } else {
    const absl::StatusCode code = position.status().code();
    Demand(
        code == absl::StatusCode::kInvalidArgument || code == absl::StatusCode::kFailedPrecondition,
        "a token that is refused is InvalidArgument, or of another store");
  }

  // The input as a place: its first bytes are the two numbers.
  application::LogPosition place;
  for (std::size_t i = 0; i < size && i < 16; ++i) {
    std::uint64_t& number = i < 8 ? place.commit : place.prepare;
    number = number << 8 | data[i];
  }
  const std::string written = application::EncodePositionToken(store, place);
  const auto read = application::DecodePositionToken(written, store);
  Demand(read.ok() && *read == place, "writing and reading keeps the place");
  const application::StoreIdentity restored{.id = store.id, .generation = 2};
  Demand(application::DecodePositionToken(written, restored).status().code() ==
             absl::StatusCode::kFailedPrecondition,
         "a token of before a restore is refused after it");
  return 0;
}
