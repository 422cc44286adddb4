#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "infrastructure/journal/event_codec.h"
#include "tests/infrastructure/journal/random_events.h"

namespace orders::infrastructure {
namespace {

using testing_support::RandomEvent;
using testing_support::RandomMetadata;

constexpr std::size_t kKinds = std::variant_size_v<domain::OrderEvent>;
constexpr std::uint64_t kSeeds = 6;

/// An error, or else an event that is whole: it can be written and read again.
void ExpectErrorOrWhole(std::string_view type, const std::string& body,
                        const std::string& metadata) {
  const auto decoded = DecodeEvent(type, body, metadata);
  if (!decoded.ok()) {
    ASSERT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss);
    ASSERT_FALSE(decoded.status().message().empty());
    return;
  }
  ASSERT_TRUE(decoded->has_value());
  const auto again =
      DecodeEvent(type, EncodeBody((*decoded)->event), EncodeMetadata((*decoded)->metadata));
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_EQ((*again)->event, (*decoded)->event);
}

TEST(DamagedEvents, AFlippedByteGivesAnErrorOrAnotherEvent) {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const domain::OrderEvent event = RandomEvent(kind, seed);
      const std::string_view type = domain::EventName(event);
      const std::string body = EncodeBody(event);
      const std::string metadata = EncodeMetadata(RandomMetadata(seed));
      for (const unsigned flip : {0x01U, 0x02U, 0x04U, 0x10U, 0x20U, 0x80U, 0xFFU}) {
        for (std::size_t i = 0; i < body.size(); ++i) {
          std::string damaged = body;
          damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ flip);
          ExpectErrorOrWhole(type, damaged, metadata);
        }
        for (std::size_t i = 0; i < metadata.size(); ++i) {
          std::string damaged = metadata;
          damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ flip);
          ExpectErrorOrWhole(type, body, damaged);
        }
      }
    }
  }
}

TEST(DamagedEvents, ACutEventIsAnError) {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const domain::OrderEvent event = RandomEvent(kind, seed);
      const std::string_view type = domain::EventName(event);
      const std::string body = EncodeBody(event);
      const std::string metadata = EncodeMetadata(RandomMetadata(seed));
      for (std::size_t length = 0; length < body.size(); ++length) {
        ASSERT_FALSE(DecodeEvent(type, body.substr(0, length), metadata).ok()) << length;
      }
      for (std::size_t length = 0; length < metadata.size(); ++length) {
        ASSERT_FALSE(DecodeEvent(type, body, metadata.substr(0, length)).ok()) << length;
      }
    }
  }
}

}  // namespace
}  // namespace orders::infrastructure
