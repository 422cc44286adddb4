#include "tests/infrastructure/journal/random_events.h"

#include <array>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "domain/order/validation.h"
#include "infrastructure/journal/event_fields.h"

namespace orders::testing_support {
namespace {

/// Takes the place of the codec's reader, and fills what that would have read.
class RandomFields {
 public:
  explicit RandomFields(std::uint64_t seed) : random_(seed) {}

  template <typename T>
  void operator()(std::string_view, T& out) {
    Fill(out);
  }
  template <typename T>
  void Optional(std::string_view, std::optional<T>& out) {
    if (Below(2) == 0) Fill(out.emplace());
  }
  void Optional(std::string_view, std::string& out) { Fill(out); }

 private:
  std::int64_t Below(std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
  }
  /// Often at the edges.
  std::int64_t Between(std::int64_t min, std::int64_t max) {
    switch (Below(4)) {
      case 0:
        return min;
      case 1:
        return max;
      default:
        return std::uniform_int_distribution<std::int64_t>(min, max)(random_);
    }
  }

  void Fill(bool& out) { out = Below(2) == 0; }
  void Fill(std::int32_t& out) { out = 1; }  // The schema version.
  void Fill(std::int64_t& out) { out = Between(0, domain::kQuantityMax); }
  void Fill(std::string& out) {
    static constexpr std::array<std::string_view, 16> kPieces = {"a",
                                                                 "Ada Lovelace",
                                                                 "\"",
                                                                 "\\",
                                                                 "\n\t\r",
                                                                 std::string_view("\0", 1),
                                                                 "\x7F",
                                                                 "\xC3\xA4",
                                                                 "\xE2\x82\xAC",
                                                                 "\xED\x9F\xBF",
                                                                 "\xEF\xBF\xBF",
                                                                 "\xF0\x9F\x9B\x92",
                                                                 "\xF4\x8F\xBF\xBF",
                                                                 "</script>",
                                                                 "{\"a\":1}",
                                                                 "\x1F\x01"};
    out.clear();
    for (std::int64_t pieces = Below(6); pieces > 0; --pieces) {
      out.append(kPieces[static_cast<std::size_t>(Below(kPieces.size()))]);
    }
  }
  void Fill(absl::Time& out) {
    constexpr std::int64_t kYear1 = -62'135'596'800'000'000;
    constexpr std::int64_t kYear9999 = 253'402'300'799'999'999;
    out = absl::FromUnixMicros(Between(kYear1, kYear9999));
  }
  void Fill(domain::LineId& out) { out.value = static_cast<std::int32_t>(Between(1, INT32_MAX)); }
  void Fill(domain::Currency& out) {
    static constexpr std::array<std::string_view, 3> kCodes = {"EUR", "JPY", "KWD"};
    out = *domain::Currency::Parse(kCodes[static_cast<std::size_t>(Below(kCodes.size()))]);
  }
  void Fill(domain::Amount& out) {
    out.minor = Between(-domain::kAmountMax.minor, domain::kAmountMax.minor);
  }
  void Fill(domain::Rate& out) { out.ppm = static_cast<std::int32_t>(Between(0, 10'000'000)); }
  void Fill(domain::HoldKind& out) { out = static_cast<domain::HoldKind>(Below(5)); }
  template <typename Id>
  requires std::same_as<decltype(Id::value), std::string>
  void Fill(Id& out) { Fill(out.value); }
  template <typename T>
  void Fill(std::vector<T>& out) {
    for (std::int64_t items = Below(4); items > 0; --items) Fill(out.emplace_back());
  }
  template <typename T>
  requires requires(RandomFields& io, T& value) { infrastructure::Fields(io, value); }
  void Fill(T& out) { infrastructure::Fields(*this, out); }

  std::mt19937_64 random_;
};

template <std::size_t... Is>
domain::OrderEvent Make(std::size_t kind, RandomFields& fields, std::index_sequence<Is...>) {
  domain::OrderEvent event;
  const auto make = [&]<std::size_t I>() {
    if (I == kind) infrastructure::Fields(fields, event.emplace<I>());
  };
  (make.template operator()<Is>(), ...);
  return event;
}

}  // namespace

domain::OrderEvent RandomEvent(std::size_t kind, std::uint64_t seed) {
  RandomFields fields(seed);
  return Make(kind, fields, std::make_index_sequence<std::variant_size_v<domain::OrderEvent>>());
}

application::EventMetadata RandomMetadata(std::uint64_t seed) {
  RandomFields fields(seed);
  application::EventMetadata metadata;
  infrastructure::Fields(fields, metadata);
  return metadata;
}

}  // namespace orders::testing_support
