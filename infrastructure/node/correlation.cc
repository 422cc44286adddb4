#include "infrastructure/node/correlation.h"

#include <cstddef>
#include <utility>

#include <nlohmann/json.hpp>

namespace eventstoredb {
namespace {

constexpr std::string_view kKey = "$correlationId";

/// Looks at the keys of the outermost object; builds nothing.
class CorrelationReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::optional<std::string> Take() { return std::move(found_); }

  bool key(string_t& name) override {
    is_wanted_ = depth_ == 1 && name == kKey;
    if (is_wanted_) found_.reset();
    return true;
  }
  bool string(string_t& value) override {
    if (std::exchange(is_wanted_, false)) found_ = std::move(value);
    return true;
  }
  bool start_object(std::size_t) override { return Enter(); }
  bool end_object() override { return Leave(); }
  // An array is no object, however deep its objects lie.
  bool start_array(std::size_t) override { return depth_ > 0 && Enter(); }
  bool end_array() override { return Leave(); }
  bool null() override { return Other(); }
  bool boolean(bool) override { return Other(); }
  bool number_integer(number_integer_t) override { return Other(); }
  bool number_unsigned(number_unsigned_t) override { return Other(); }
  bool number_float(number_float_t, const string_t&) override { return Other(); }
  bool binary(binary_t&) override { return Other(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool Other() {
    is_wanted_ = false;
    return true;
  }
  bool Enter() {
    ++depth_;
    return Other();
  }
  bool Leave() {
    --depth_;
    return true;
  }

  int depth_ = 0;
  bool is_wanted_ = false;
  std::optional<std::string> found_;
};

}  // namespace

std::optional<std::string> CorrelationOf(std::string_view metadata) {
  // Most metadata has none, and is not parsed. A key may be written with escapes, too.
  const bool may_have_one = metadata.find(kKey) != std::string_view::npos ||
                            metadata.find('\\') != std::string_view::npos;
  if (!may_have_one) return std::nullopt;
  CorrelationReader reader;
  if (!nlohmann::json::sax_parse(metadata, &reader)) return std::nullopt;
  return reader.Take();
}

}  // namespace eventstoredb
