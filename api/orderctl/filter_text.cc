#include "api/orderctl/filter_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace orders::api {

std::string FilterText(const ListChoices& choices) {
  std::vector<std::string> terms;
  const auto add = [&](const char* field, const std::string& value) {
    if (value.empty()) return;
    const std::string escaped = absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}});
    terms.push_back(absl::StrCat(field, " = \"", escaped, "\""));
  };
  add("customer_id", choices.customer_id);
  add("status", choices.status);
  add("payment", choices.payment);
  add("fulfilment", choices.fulfilment);
  if (choices.held) terms.emplace_back("held = true");
  add("sku", choices.sku);
  if (!choices.filter.empty()) terms.push_back(choices.filter);
  return absl::StrJoin(terms, " AND ");
}

}  // namespace orders::api
