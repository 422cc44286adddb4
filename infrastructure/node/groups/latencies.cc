#include "infrastructure/node/groups/latencies.h"

#include <algorithm>
#include <numeric>

namespace eventstoredb {
namespace {

struct Rank {
  const char* name;
  double share;  ///< Of the samples, which are at most the value.
};
constexpr Rank kRanks[] = {{"Median", 0.5},     {"Quintile 1", 0.2}, {"Quintile 2", 0.4},
                           {"Quintile 3", 0.6}, {"Quintile 4", 0.8}, {"Quintile 5", 1.0},
                           {"90%", 0.9},        {"95%", 0.95},       {"99%", 0.99},
                           {"99.5%", 0.995},    {"99.9%", 0.999}};

}  // namespace

void Latencies::Add(absl::Duration latency) {
  const std::int64_t sample = absl::ToInt64Milliseconds(latency);
  if (samples_.size() < kSamplesMax) return samples_.push_back(sample);
  samples_[next_] = sample;
  next_ = (next_ + 1) % kSamplesMax;
}

std::vector<std::pair<std::string, std::int64_t>> Latencies::Measure() const {
  std::vector<std::pair<std::string, std::int64_t>> measured;
  if (samples_.empty()) return measured;
  std::vector<std::int64_t> sorted = samples_;
  std::sort(sorted.begin(), sorted.end());
  const auto count = static_cast<std::int64_t>(sorted.size());
  measured.emplace_back("Highest", sorted.back());
  measured.emplace_back("Mean",
                        std::accumulate(sorted.begin(), sorted.end(), std::int64_t{0}) / count);
  measured.emplace_back("Fastest", sorted.front());
  for (const Rank& rank : kRanks) {
    const auto index = static_cast<std::size_t>(rank.share * static_cast<double>(count - 1));
    measured.emplace_back(rank.name, sorted[index]);
  }
  return measured;
}

}  // namespace eventstoredb
