#include "api/orderctl/event_tree.h"

#include <string>

#include "absl/container/flat_hash_map.h"

namespace orders::api {

std::vector<int> CausationDepths(const std::vector<v1::Event>& events) {
  // A cause is older than what it caused, so that it is known by then; nothing can go in circles.
  absl::flat_hash_map<std::string, int> depths;
  std::vector<int> all;
  for (const v1::Event& event : events) {
    const auto cause = depths.find(event.causation_id());
    const int depth = cause == depths.end() ? 0 : cause->second + 1;
    depths.emplace(event.event_id(), depth);
    all.push_back(depth);
  }
  return all;
}

}  // namespace orders::api
