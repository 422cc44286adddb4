#include "infrastructure/node/groups/group_records.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <nlohmann/json.hpp>

#include "infrastructure/node/correlation.h"

namespace eventstoredb {
namespace {

using Json = nlohmann::json;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

Json ToJson(const GroupConfig& config) {
  const WireGroupSettings& settings = config.settings;
  Json json = {{"stream", config.key.source},
               {"group", config.key.group},
               {"resolveLinkTos", settings.resolve_links},
               {"extraStatistics", settings.extra_statistics},
               {"messageTimeout", settings.message_timeout_ms},
               {"maxRetryCount", settings.max_retry_count},
               {"liveBufferSize", settings.live_buffer_size},
               {"historyBufferSize", settings.history_buffer_size},
               {"readBatchSize", settings.read_batch_size},
               {"checkPointAfter", settings.checkpoint_after_ms},
               {"minCheckPointCount", settings.min_checkpoint_count},
               {"maxCheckPointCount", settings.max_checkpoint_count},
               {"maxSubscriberCount", settings.max_subscriber_count},
               {"namedConsumerStrategy", ToString(settings.strategy)},
               {"startFromEnd", config.start.from_end},
               {"startPlace", config.start.place},
               {"startPrepare", config.start.prepare}};
  if (config.start.end_place.has_value()) json["endPlace"] = *config.start.end_place;
  if (config.filter.has_value()) {
    json["filter"] = {{"byEventType", config.filter->subject == Filter::Subject::kEventType},
                      {"regex", config.filter->regex},
                      {"prefixes", config.filter->prefixes}};
  }
  return json;
}

// Throws what nlohmann::json throws.
GroupConfig FromJson(const Json& json) {
  GroupConfig config;
  json.at("stream").get_to(config.key.source);
  json.at("group").get_to(config.key.group);
  WireGroupSettings& settings = config.settings;
  json.at("resolveLinkTos").get_to(settings.resolve_links);
  json.at("extraStatistics").get_to(settings.extra_statistics);
  json.at("messageTimeout").get_to(settings.message_timeout_ms);
  json.at("maxRetryCount").get_to(settings.max_retry_count);
  json.at("liveBufferSize").get_to(settings.live_buffer_size);
  json.at("historyBufferSize").get_to(settings.history_buffer_size);
  json.at("readBatchSize").get_to(settings.read_batch_size);
  json.at("checkPointAfter").get_to(settings.checkpoint_after_ms);
  json.at("minCheckPointCount").get_to(settings.min_checkpoint_count);
  json.at("maxCheckPointCount").get_to(settings.max_checkpoint_count);
  json.at("maxSubscriberCount").get_to(settings.max_subscriber_count);
  settings.strategy = ParseGroupStrategy(json.at("namedConsumerStrategy").get<std::string>())
                          .value_or(GroupStrategy::kRoundRobin);
  json.at("startFromEnd").get_to(config.start.from_end);
  json.at("startPlace").get_to(config.start.place);
  json.at("startPrepare").get_to(config.start.prepare);
  if (json.contains("endPlace")) config.start.end_place = json["endPlace"].get<std::uint64_t>();
  if (json.contains("filter")) {
    Filter filter;
    const Json& kept = json["filter"];
    if (kept.at("byEventType").get<bool>()) filter.subject = Filter::Subject::kEventType;
    kept.at("regex").get_to(filter.regex);
    kept.at("prefixes").get_to(filter.prefixes);
    config.filter = std::move(filter);
  }
  return config;
}

/// FNV-1a: the same on every machine and after every restart.
std::uint64_t Hash(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

}  // namespace

std::string EncodeGroupConfigs(const std::vector<GroupConfig>& configs, absl::Time now) {
  Json entries = Json::array();
  for (const GroupConfig& config : configs) entries.push_back(ToJson(config));
  return Dump(Json::object(
      {{"version", "2"}, {"updated", TimeText(now)}, {"entries", std::move(entries)}}));
}

absl::StatusOr<std::vector<GroupConfig>> DecodeGroupConfigs(std::string_view json) {
  try {
    std::vector<GroupConfig> configs;
    const Json document = Json::parse(json);
    for (const Json& entry : document.at("entries")) configs.push_back(FromJson(entry));
    return configs;
  } catch (const Json::exception& error) {
    return absl::DataLossError(absl::StrCat(kGroupConfigStream, ": ", error.what()));
  }
}

std::string PlaceText(const GroupKey& key, std::uint64_t place) {
  return key.IsAll() ? absl::StrCat("C:", place, "/P:", place) : absl::StrCat(place);
}

std::string EncodeGroupCheckpoint(const GroupKey& key, std::uint64_t place) {
  return absl::StrCat("\"", PlaceText(key, place), "\"");
}

absl::StatusOr<std::uint64_t> DecodeGroupCheckpoint(const GroupKey& key, std::string_view json) {
  std::string_view text = json;
  const bool is_quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  if (is_quoted) text = text.substr(1, text.size() - 2);
  if (key.IsAll() && text.starts_with("C:")) text = text.substr(2, text.find('/') - 2);
  std::uint64_t place = 0;
  if (is_quoted && absl::SimpleAtoi(std::string(text), &place)) return place;
  return absl::DataLossError(absl::StrCat(key.CheckpointStream(), ": no checkpoint"));
}

std::string ParkedLink(const ResolvedEvent& event) {
  if (!event.event.has_value()) return event.link->data;
  return absl::StrCat(event.event->revision, "@", event.event->stream);
}

std::string ParkedMetadata(const GroupParking& parking, absl::Time now) {
  return Dump(Json::object({{"added", TimeText(now)},
                            {"reason", parking.reason},
                            {"subscriptionEventNumber", parking.event->Original().revision},
                            {"retryCount", parking.retry_count}}));
}

std::string ConfigStreamMetadata() { return Dump(Json::object({{"$maxCount", 2}})); }

std::string CheckpointStreamMetadata() {
  Json acl = Json::object();
  for (const char* right : {"$r", "$w", "$d", "$mr", "$mw"}) acl[right] = "$admins";
  return Dump(Json::object({{"$maxCount", 2}, {"$acl", std::move(acl)}}));
}

std::string ParkedStreamMetadata(std::uint64_t first) {
  return Dump(Json::object({{"$tb", first}}));
}

std::uint64_t PinOf(const ResolvedEvent& event, GroupStrategy strategy) {
  const RecordedEvent& subject = event.event.has_value() ? *event.event : *event.link;
  if (strategy == GroupStrategy::kPinnedByCorrelation) {
    const std::optional<std::string> correlation = CorrelationOf(subject.metadata);
    if (correlation.has_value()) return Hash(*correlation);
  }
  return Hash(subject.stream);
}

}  // namespace eventstoredb
