#include "api/orderctl/demo/shop.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "api/orderctl/money_text.h"

namespace orders::api {
namespace {

constexpr std::int64_t kOrdersOfACustomer = 3;
constexpr std::int64_t kCustomersMin = 3;
constexpr std::int64_t kCustomersMax = 5'000;
constexpr std::uint64_t kFirstWeight = 1'000'000;
/// Keeps the customers' streams of random numbers apart from the orders'.
constexpr std::uint64_t kCustomerStream = 1'000'000'000;

struct Product {
  const char* sku;
  const char* title;
  std::int64_t cents;
};
constexpr std::array<Product, 16> kCatalogue = {{
    {"TEA-ASSAM-250", "Assam tea, 250 g", 890},
    {"TEA-SENCHA-100", "Sencha, 100 g", 1'250},
    {"COF-ETH-500", "Ethiopian coffee, whole beans, 500 g", 1'490},
    {"COF-DEC-250", "Decaffeinated coffee, ground", 799},
    {"MUG-BLUE", "Stoneware mug, blue", 1'600},
    {"MUG-RED", "Stoneware mug, red", 1'600},
    {"POT-CAST-1L", "Cast-iron teapot, 1 l", 5'990},
    {"POT-GLASS", "Glass teapot with strainer", 3'450},
    {"GRIND-HAND", "Hand grinder, ceramic burr", 6'900},
    {"KETTLE-GN", "Gooseneck kettle", 7'995},
    {"SCALE-01G", "Scale, 0.1 g", 2'999},
    {"FILTER-100", "Paper filters, 100 pieces", 499},
    {"SPOON-SET", "Measuring spoons, set of 3", 1'095},
    {"CHOC-70", "Dark chocolate, 70 %", 349},
    {"BISCUIT-TIN", "Butter biscuits, tin", 1'199},
    {"GIFT-BOX", "Gift box: tea & mug", 3'900},
}};

struct Place {
  const char* city;
  const char* postal_code;
  const char* country;
  const char* currency;
};
// Listed as often as the shop has customers there.
constexpr std::array<Place, 10> kPlaces = {{
    {"Berlin", "10115", "DE", "EUR"},
    {"Hamburg", "20095", "DE", "EUR"},
    {"Lyon", "69001", "FR", "EUR"},
    {"Vienna", "1010", "AT", "EUR"},
    {"Cork", "T12 X70A", "IE", "EUR"},
    {"Köln", "50667", "DE", "EUR"},
    {"Boston", "02108", "US", "USD"},
    {"Seattle", "98101", "US", "USD"},
    {"Osaka", "530-0001", "JP", "JPY"},
    {"Kuwait City", "15000", "KW", "KWD"},
}};
constexpr std::array<const char*, 12> kFirstNames = {"Ada",   "Grace", "Edsger", "Barbara",
                                                     "Alan",  "Mary",  "Donald", "Katherine",
                                                     "Niels", "Sofia", "José",   "Yukiko"};
constexpr std::array<const char*, 12> kLastNames = {"Brown", "Okafor", "Weber",  "Martin",
                                                    "Silva", "Tanaka", "Novak",  "O'Brien",
                                                    "Rossi", "Jensen", "García", "Lund"};
constexpr std::array<const char*, 6> kStreets = {"Main Street",   "Station Road", "Mill Lane",
                                                 "Market Square", "Harbour Way",  "Garden Row"};

template <typename List>
const auto& Pick(const List& list, SplitMix64& random) {
  return list[random.Below(list.size())];
}

}  // namespace

Shop::Shop(std::uint64_t seed, std::int64_t orders)
    : seed_(seed), orders_(orders), prefix_(absl::StrCat("demo-", seed, "-", orders)) {
  const std::int64_t customers =
      std::clamp(orders / kOrdersOfACustomer, kCustomersMin, kCustomersMax);
  std::uint64_t sum = 0;
  for (std::int64_t rank = 1; rank <= customers; ++rank) {
    sum += kFirstWeight / static_cast<std::uint64_t>(rank);
    cumulative_.push_back(sum);
  }
}

std::string Shop::OrderId(std::int64_t number) const {
  return absl::StrFormat("%s-%06d", prefix_, number);
}

std::string Shop::ClosingRequestPrefix() const { return prefix_ + "-closing"; }

DemoCustomer Shop::PickCustomer(SplitMix64& random) const {
  const std::uint64_t drawn = random.Below(cumulative_.back());
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), drawn);
  return CustomerOf(static_cast<std::uint64_t>(found - cumulative_.begin()) + 1);
}

DemoCustomer Shop::CustomerOf(std::uint64_t rank) const {
  SplitMix64 random(seed_, kCustomerStream + rank);
  const Place& place = Pick(kPlaces, random);
  DemoCustomer customer{
      .id = absl::StrFormat("%s-c%d", prefix_, rank), .currency = place.currency, .address = {}};
  customer.address.set_name(absl::StrCat(Pick(kFirstNames, random), " ", Pick(kLastNames, random)));
  customer.address.set_line1(absl::StrCat(random.Between(1, 120), " ", Pick(kStreets, random)));
  customer.address.set_city(place.city);
  customer.address.set_postal_code(place.postal_code);
  customer.address.set_country_code(place.country);
  return customer;
}

v1::NewLine Shop::PickLine(const std::string& currency, SplitMix64& random) const {
  const Product& product = Pick(kCatalogue, random);
  v1::NewLine line;
  line.set_sku(product.sku);
  line.set_title(product.title);
  line.set_quantity(random.Between(1, 4));
  // About what it costs there: a yen is a cent, a dinar is three.
  line.mutable_unit_price()->set_minor_units(CurrencyExponent(currency) == 3 ? product.cents * 3
                                                                             : product.cents);
  return line;
}

}  // namespace orders::api
