#include "infrastructure/journal/imported_time.h"

#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"

namespace orders::infrastructure {
namespace {

// Stored for ever: never change it.
constexpr std::string_view kBegin = ",\"importedCreated\":\"";
constexpr std::string_view kEnd = "\"}";
constexpr std::size_t kTimeBytes = 30;
constexpr std::size_t kAddedBytes = kBegin.size() + kTimeBytes + kEnd.size();

}  // namespace

std::string FormatCreated(absl::Time created) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E9SZ", created, absl::UTCTimeZone());
}

std::optional<absl::Time> ParseCreated(std::string_view text) {
  absl::Time time;
  if (text.size() != kTimeBytes || text.back() != 'Z' ||
      !absl::ParseTime(absl::RFC3339_full, domain::View(text), &time, nullptr) ||
      FormatCreated(time) != text) {
    return std::nullopt;
  }
  return time;
}

std::string WithImportedTime(std::string_view metadata, absl::Time created) {
  metadata.remove_suffix(1);
  std::string text(metadata);
  text.append(kBegin).append(FormatCreated(created)).append(kEnd);
  return text;
}

std::optional<absl::Time> ImportedTimeOf(std::string_view metadata) {
  if (metadata.size() < kAddedBytes || !metadata.ends_with(kEnd)) return std::nullopt;
  const std::string_view added = metadata.substr(metadata.size() - kAddedBytes);
  if (!added.starts_with(kBegin)) return std::nullopt;
  return ParseCreated(added.substr(kBegin.size(), kTimeBytes));
}

void RemoveImportedTime(std::string& metadata) {
  if (!ImportedTimeOf(metadata).has_value()) return;
  metadata.resize(metadata.size() - kAddedBytes);
  metadata += '}';
}

absl::Time CreatedOf(const eventstoredb::RecordedEvent& event) {
  return ImportedTimeOf(event.metadata).value_or(event.created);
}

}  // namespace orders::infrastructure
