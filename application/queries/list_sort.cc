#include "application/queries/list_sort.h"

#include <string>
#include <vector>

#include "absl/strings/str_split.h"

#include "domain/order/validation.h"

namespace orders::application {
namespace {

constexpr std::size_t kOrderByBytesMax = 64;

absl::Status Refused(const std::string& description) {
  return domain::ToStatus({{.field = "order_by", .description = description}});
}

}  // namespace

absl::StatusOr<OrderSort> ParseOrderSort(std::string_view text) {
  if (text.size() > kOrderByBytesMax) return Refused("at most 64 bytes");
  const std::vector<std::string> words =
      absl::StrSplit(std::string(text), absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.empty()) return OrderSort{};
  OrderSort sort{.field = SortField::kCreateTime, .descending = false};
  if (words[0] == "create_time") {
    sort.field = SortField::kCreateTime;
  } else if (words[0] == "update_time") {
    sort.field = SortField::kUpdateTime;
  } else if (words[0] == "total") {
    sort.field = SortField::kTotal;
  } else if (words[0] == "order_id") {
    sort.field = SortField::kOrderId;
  } else {
    return Refused("expected one of create_time, update_time, total, order_id");
  }
  if (words.size() == 1) return sort;
  if (words.size() > 2 || (words[1] != "asc" && words[1] != "desc")) {
    return Refused("expected asc or desc, and nothing after it");
  }
  sort.descending = words[1] == "desc";
  return sort;
}

}  // namespace orders::application
