#include <string_view>

#include "absl/status/status.h"

#include "infrastructure/access/json_web_keys.h"
#include "infrastructure/access/strict_json.h"
#include "tests/fuzz/fuzz_target.h"

// The input: a file of an issuer's keys, as an operator fetched it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using orders::fuzz::Demand;
  namespace infrastructure = orders::infrastructure;
  const std::string_view text = orders::fuzz::AsText(data, size);

  const auto keys = infrastructure::JsonWebKeys::Parse(text);
  if (!keys.ok()) {
    Demand(absl::IsInvalidArgument(keys.status()), "a set that is refused is InvalidArgument");
    Demand(!keys.status().message().empty(), "a refusal says why");
    return 0;
  }
  constexpr int kDepthMax = 8;  // Far deeper than a set of keys is.
  const auto set = infrastructure::ParseStrictJson(text, kDepthMax);
  Demand(set.ok() && set->contains("keys"), "what is taken is a set");
  Demand(keys->size() == (*set)["keys"].size(), "no key of a set is left out");
  for (const auto& entry : (*set)["keys"]) {
    const auto* const key = keys->Find(entry["kid"].get_ref<const std::string&>());
    Demand(key != nullptr && key->key != nullptr, "each key is found by its id");
    Demand(!entry.contains("d") && !entry.contains("k"), "no key that could sign is taken");
  }
  return 0;
}
