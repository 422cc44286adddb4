#include <optional>
#include <string_view>

#include "absl/status/status.h"

#include "infrastructure/journal/event_codec.h"
#include "tests/fuzz/fuzz_target.h"

// The input: the event's type, a line end, its body, a line end, its metadata.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using orders::fuzz::Demand;
  namespace infrastructure = orders::infrastructure;

  std::string_view rest = orders::fuzz::AsText(data, size);
  const std::string_view type = orders::fuzz::TakeUntil(rest, '\n');
  const std::string_view body = orders::fuzz::TakeUntil(rest, '\n');

  const auto decoded = infrastructure::DecodeEvent(type, body, rest);
  if (!decoded.ok()) {
    Demand(decoded.status().code() == absl::StatusCode::kDataLoss, "unreadable is DataLoss");
    return 0;
  }
  Demand(decoded->has_value() == infrastructure::IsKnownEventType(type),
         "an event is absent exactly if its type is not ours");
  if (!decoded->has_value()) return 0;

  // What was read is written so that the same is read again.
  const infrastructure::DecodedEvent& event = **decoded;
  const auto again = infrastructure::DecodeEvent(type, infrastructure::EncodeBody(event.event),
                                                 infrastructure::EncodeMetadata(event.metadata));
  Demand(again.ok() && again->has_value(), "an event that was read can be written and read");
  Demand((*again)->event == event.event, "writing and reading keeps the event");
  Demand(infrastructure::EncodeMetadata((*again)->metadata) ==
             infrastructure::EncodeMetadata(event.metadata),
         "writing and reading keeps the metadata");
  return 0;
}
