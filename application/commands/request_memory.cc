#include "application/commands/request_memory.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace orders::application {
namespace {

constexpr std::size_t kRecentMax = 16;

constexpr auto kByRequest = [](const RequestMemory::Entry& a, const RequestMemory::Entry& b) {
  return a.request < b.request;
};

int HexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

}  // namespace

ShortHash HashOfRequestId(std::string_view request_id, const Digest& digest) {
  const Sha256 whole = digest.Hash(request_id);
  ShortHash half;
  std::copy_n(whole.begin(), half.size(), half.begin());
  return half;
}

ShortHash HashOfContent(std::string_view request_hash) {
  ShortHash half{};
  if (request_hash.size() != 2 * sizeof(Sha256)) return half;
  for (std::size_t i = 0; i < half.size(); ++i) {
    const int high = HexValue(request_hash[2 * i]);
    const int low = HexValue(request_hash[2 * i + 1]);
    if (high < 0 || low < 0) return {};
    half[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return half;
}

void RequestMemory::Remember(const ShortHash& request, const ShortHash& content,
                             std::uint64_t revision) {
  if (!recent_.empty() && recent_.back().request == request) {
    recent_.back().last_revision = revision;
    return;
  }
  if (recent_.size() == kRecentMax) MoveRecentToRuns();
  recent_.push_back({request, content, revision, revision});
}

void RequestMemory::MoveRecentToRuns() {
  // The newest stays: its request may have further events to come.
  const Entry newest = recent_.back();
  recent_.pop_back();
  auto run = std::make_shared<Run>(std::move(recent_));
  std::sort(run->begin(), run->end(), kByRequest);
  while (!runs_.empty() && runs_.back()->size() <= 2 * run->size()) {
    auto merged = std::make_shared<Run>();
    merged->reserve(runs_.back()->size() + run->size());
    std::merge(runs_.back()->begin(), runs_.back()->end(), run->begin(), run->end(),
               std::back_inserter(*merged), kByRequest);
    runs_.pop_back();
    run = std::move(merged);
  }
  runs_.push_back(std::move(run));
  recent_ = {newest};
}

std::optional<RequestMemory::Entry> RequestMemory::Find(const ShortHash& request) const {
  // Runs first: should a log hold one id twice (not by this service), the first one is the answer.
  for (const auto& run : runs_) {
    const auto found =
        std::lower_bound(run->begin(), run->end(), Entry{.request = request}, kByRequest);
    if (found != run->end() && found->request == request) return *found;
  }
  for (const Entry& entry : recent_) {
    if (entry.request == request) return entry;
  }
  return std::nullopt;
}

std::size_t RequestMemory::size() const {
  std::size_t entries = recent_.size();
  for (const auto& run : runs_) entries += run->size();
  return entries;
}

std::size_t RequestMemory::EstimateBytes() const {
  constexpr std::size_t kRunOverhead = sizeof(std::shared_ptr<Run>) + sizeof(Run) + 32;
  std::size_t bytes = recent_.capacity() * sizeof(Entry);
  for (const auto& run : runs_) bytes += kRunOverhead + run->capacity() * sizeof(Entry);
  return bytes;
}

}  // namespace orders::application
