#include "eventstoredb/link.h"

#include <string_view>

#include "absl/strings/numbers.h"

#include "eventstoredb/system_names.h"

namespace eventstoredb {

std::optional<LinkTarget> ParseLink(const RecordedEvent& event) {
  if (event.type != kLinkType) return std::nullopt;
  const std::string_view data = event.data;
  const std::size_t at = data.find('@');
  LinkTarget target;
  if (!absl::SimpleAtoi(std::string(data.substr(0, at)), &target.revision)) return std::nullopt;
  if (at != std::string_view::npos) target.stream = data.substr(at + 1);
  return target;
}

}  // namespace eventstoredb
