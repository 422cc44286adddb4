#include "infrastructure/journal/event_codec.h"

#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

#include "infrastructure/journal/event_fields.h"
#include "infrastructure/journal/field_reader.h"
#include "infrastructure/journal/field_writer.h"
#include "infrastructure/journal/json_writer.h"

namespace orders::infrastructure {
namespace {

using domain::OrderEvent;

template <typename T>
std::string Encode(const T& value, std::size_t bytes_expected) {
  std::string out;
  out.reserve(bytes_expected);
  JsonWriter json(out);
  json.BeginObject();
  FieldWriter writer(json);
  Fields(writer, value);
  json.EndObject();
  return out;
}

template <typename T>
absl::Status Decode(std::string_view bytes, std::string_view what, T& out) {
  // One for each thread: it keeps its buffers.
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  const simdjson::error_code parsed = parser.parse(bytes.data(), bytes.size()).get(object);
  if (parsed == simdjson::INCORRECT_TYPE) {
    return absl::DataLossError(absl::StrCat(std::string(what), ": must be an object"));
  }
  if (parsed != simdjson::SUCCESS) {
    return absl::DataLossError(
        absl::StrCat(std::string(what), ": ", simdjson::error_message(parsed)));
  }
  FieldReader reader(object);
  Fields(reader, out);
  if (reader.error().empty()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(std::string(what), ".", reader.error()));
}

using BodyDecoder = absl::Status (*)(std::string_view body, OrderEvent& out);
using BodyDecoders = absl::flat_hash_map<std::string_view, BodyDecoder>;

template <typename Event>
absl::Status DecodeBody(std::string_view body, OrderEvent& out) {
  return Decode(body, "body", out.emplace<Event>());
}

template <std::size_t... Is>
BodyDecoders MakeDecoders(std::index_sequence<Is...>) {
  return {{domain::EventName(OrderEvent(std::in_place_index<Is>)),
           &DecodeBody<std::variant_alternative_t<Is, OrderEvent>>}...};
}

const BodyDecoders& Decoders() {
  static const auto* decoders =
      new BodyDecoders(MakeDecoders(std::make_index_sequence<std::variant_size_v<OrderEvent>>()));
  return *decoders;
}

}  // namespace

std::string EncodeBody(const OrderEvent& event) {
  constexpr std::size_t kBytesExpected = 512;
  return std::visit([](const auto& one) { return Encode(one, kBytesExpected); }, event);
}

std::string EncodeMetadata(const application::EventMetadata& metadata) {
  constexpr std::size_t kBytesExpected = 448;
  return Encode(metadata, kBytesExpected);
}

bool IsKnownEventType(std::string_view type) { return Decoders().contains(type); }

absl::StatusOr<std::optional<DecodedEvent>> DecodeEvent(std::string_view type,
                                                        std::string_view body,
                                                        std::string_view metadata,
                                                        const Upcasters& upcasters) {
  const auto decoder = Decoders().find(type);
  if (decoder == Decoders().end()) return std::optional<DecodedEvent>();
  std::optional<DecodedEvent> decoded(std::in_place);
  absl::Status status = Decode(metadata, "metadata", decoded->metadata);
  if (!status.ok()) return status;
  const int version = decoded->metadata.schema_version;
  if (version == upcasters.CurrentVersion(type)) {
    status = decoder->second(body, decoded->event);
  } else {
    absl::StatusOr<std::string> current = upcasters.Upcast(type, version, std::string(body));
    if (!current.ok()) return current.status();
    status = decoder->second(*current, decoded->event);
  }
  if (!status.ok()) return status;
  return decoded;
}

}  // namespace orders::infrastructure
