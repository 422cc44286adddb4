#include "api/http/json_check.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "domain/order/absl_view.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

/// Walks over bytes and tells another how far it has come.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

bool IsDecimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool is_digits =
      !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  return is_digits && (text.size() == 1 || text.front() != '0');
}

bool IsText(const FieldDescriptor& field) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) return true;
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return false;
  const Descriptor::WellKnownType type = field.message_type()->well_known_type();
  return type == Descriptor::WELLKNOWNTYPE_TIMESTAMP || type == Descriptor::WELLKNOWNTYPE_DURATION;
}

/// What the field takes, for a person.
std::string Wanted(const FieldDescriptor& field) {
  if (IsText(field)) return "a text";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return absl::StrCat("a name, as \"",
                          field.enum_type()->value(field.enum_type()->value_count() > 1)->name(),
                          "\"");
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "an object";
    default:
      return "a whole number, as an integer or as a text of digits";
  }
}

/// The kinds of numbers that fields hold; absent: it holds none.
struct Range {
  std::int64_t min;
  std::uint64_t max;
};
std::optional<Range> RangeOf(const FieldDescriptor& field) {
  using Int32 = std::numeric_limits<std::int32_t>;
  using Int64 = std::numeric_limits<std::int64_t>;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Range{Int32::min(), static_cast<std::uint64_t>(Int32::max())};
    case FieldDescriptor::CPPTYPE_INT64:
      return Range{Int64::min(), static_cast<std::uint64_t>(Int64::max())};
    case FieldDescriptor::CPPTYPE_UINT32:
      return Range{0, std::numeric_limits<std::uint32_t>::max()};
    case FieldDescriptor::CPPTYPE_UINT64:
      return Range{0, std::numeric_limits<std::uint64_t>::max()};
    default:
      return std::nullopt;
  }
}

/// Follows a text and the type it is to say at the same time.
class Checker final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Checker(std::string_view text, const char* const& reached, const Descriptor& type,
          const JsonLimits& limits)
      : text_(text), reached_(reached), type_(type), limits_(limits) {}

  const absl::Status& status() const { return status_; }

  bool null() override { return CountValue() && (IsInList() ? Unexpected("null") : InObject()); }
  bool boolean(bool) override {
    return Scalar([](const FieldDescriptor& field) {
      return field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
    });
  }
  bool number_integer(number_integer_t value) override {
    // A zero here was written as -0.
    if (value == 0) return Fail("-0 is no whole number");
    return Integer(value < 0, static_cast<std::uint64_t>(value));
  }
  bool number_unsigned(number_unsigned_t value) override { return Integer(false, value); }
  bool number_float(number_float_t, const string_t& literal) override {
    return Fail(absl::StrCat(literal.substr(0, 32),
                             " is no whole number that fits: no fraction, no exponent"));
  }
  bool string(string_t& value) override { return String(value); }
  bool binary(binary_t&) override { return Unexpected("bytes"); }

  bool start_object(std::size_t) override {
    if (stack_.empty()) return Push({.type = &type_});
    if (!CountValue() || !InObject()) return false;
    const FieldDescriptor& field = *stack_.back().field;
    if (IsText(field) || field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
        (field.is_repeated() && !stack_.back().is_list)) {
      return Unexpected("an object");
    }
    return Push({.type = field.message_type()});
  }
  bool key(string_t& name) override {
    Frame& frame = stack_.back();
    const FieldDescriptor* field = frame.type->FindFieldByName(name);
    if (field == nullptr) field = frame.type->FindFieldByCamelcaseName(name);
    if (field == nullptr) {
      return FailAt(PathOf(stack_.size() - 1, name.substr(0, 64)), "there is no such field");
    }
    frame.field = field;
    if (std::find(frame.seen.begin(), frame.seen.end(), field) != frame.seen.end()) {
      return FailAt(Path(), "stands there twice");
    }
    frame.seen.push_back(field);
    return true;
  }
  bool end_object() override { return Pop(); }
  bool start_array(std::size_t) override {
    if (stack_.empty()) return Fail("the body must be an object");
    if (!CountValue()) return false;
    const FieldDescriptor& field = *stack_.back().field;
    if (stack_.back().is_list || !field.is_repeated()) return Unexpected("a list");
    return Push({.field = &field, .is_list = true});
  }
  bool end_array() override { return Pop(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: what is wrong"
    std::string what = error.what();
    if (const std::size_t colon = what.find(": "); colon != std::string::npos) {
      what = what.substr(colon + 2);
    }
    // What was read may be a secret, and this text is shown and logged.
    what.resize(std::min(what.size(), what.find("; last read")));
    status_ = absl::InvalidArgumentError(
        absl::StrCat("the body is no JSON, at byte ", position, ": ", what));
    return false;
  }

 private:
  /// An object, or a list of one of its fields.
  struct Frame {
    const Descriptor* type = nullptr;
    const FieldDescriptor* field = nullptr;  ///< Whose value is read.
    bool is_list = false;
    std::size_t index = 0;  ///< Of the element that is read, from 1.
    std::vector<const FieldDescriptor*> seen;
  };

  bool IsInList() const { return !stack_.empty() && stack_.back().is_list; }

  bool Push(Frame frame) {
    if (static_cast<int>(stack_.size()) == limits_.depth_max) {
      return Fail(absl::StrCat("deeper than ", limits_.depth_max, " objects and lists"));
    }
    stack_.push_back(std::move(frame));
    return true;
  }
  bool Pop() {
    stack_.pop_back();
    return true;
  }

  bool CountValue() {
    if (++values_ > limits_.values_max) {
      return Fail(absl::StrCat("more than ", limits_.values_max, " members and elements"));
    }
    if (IsInList()) ++stack_.back().index;
    return true;
  }
  bool InObject() { return stack_.empty() ? Fail("the body must be an object") : true; }

  /// A value that stands where one of its kind may stand.
  template <typename Fits>
  bool Scalar(const Fits& fits) {
    if (!CountValue() || !InObject()) return false;
    const Frame& frame = stack_.back();
    if (frame.field->is_repeated() != frame.is_list || !fits(*frame.field)) return Unexpected("");
    return true;
  }

  bool String(const std::string& value) {
    const auto fits = [&value](const FieldDescriptor& field) {
      if (IsText(field)) return true;
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        return field.enum_type()->FindValueByName(value) != nullptr;
      }
      const std::optional<Range> range = RangeOf(field);
      if (!range.has_value() || !IsDecimal(value)) return false;
      std::int64_t negative = 0;
      std::uint64_t positive = 0;
      return value.starts_with('-')
                 ? absl::SimpleAtoi(value, &negative) && negative >= range->min && negative != 0
                 : absl::SimpleAtoi(value, &positive) && positive <= range->max;
    };
    return Scalar(fits);
  }

  bool Integer(bool is_negative, std::uint64_t value) {
    const auto fits = [is_negative, value](const FieldDescriptor& field) {
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        return !is_negative && value <= std::numeric_limits<int>::max() &&
               field.enum_type()->FindValueByNumber(static_cast<int>(value)) != nullptr;
      }
      const std::optional<Range> range = RangeOf(field);
      if (!range.has_value()) return false;
      return is_negative ? static_cast<std::int64_t>(value) >= range->min : value <= range->max;
    };
    return Scalar(fits);
  }

  bool Unexpected(const std::string& what) {
    const Frame& frame = stack_.back();
    const bool wants_list = frame.field->is_repeated() && !frame.is_list;
    return FailAt(Path(), absl::StrCat("takes ", wants_list ? "a list of " : "",
                                       Wanted(*frame.field), what.empty() ? "" : ", not ", what));
  }

  /// "lines[0].quantity"
  std::string Path() const { return PathOf(stack_.size(), ""); }
  std::string PathOf(std::size_t frames, const std::string& last) const {
    std::string path;
    for (std::size_t i = 0; i < frames; ++i) {
      const Frame& frame = stack_[i];
      if (frame.is_list) {
        absl::StrAppend(&path, "[", frame.index == 0 ? 0 : frame.index - 1, "]");
      } else if (frame.field != nullptr) {
        absl::StrAppend(&path, path.empty() ? "" : ".", frame.field->name());
      }
    }
    if (!last.empty()) absl::StrAppend(&path, path.empty() ? "" : ".", last);
    return path;
  }

  std::size_t Offset() const { return static_cast<std::size_t>(reached_ - text_.data()); }
  bool Fail(const std::string& what) {
    if (stack_.empty() || stack_.back().field == nullptr) {
      status_ = absl::InvalidArgumentError(absl::StrCat("at byte ", Offset(), ": ", what));
      return false;
    }
    return FailAt(Path(), what);
  }
  bool FailAt(const std::string& path, const std::string& what) {
    status_ = domain::ToStatus(
        {{.field = path, .description = absl::StrCat(what, " (at byte ", Offset(), ")")}});
    return false;
  }

  const std::string_view text_;
  const char* const& reached_;
  const Descriptor& type_;
  const JsonLimits limits_;
  std::vector<Frame> stack_;
  std::size_t values_ = 0;
  absl::Status status_;
};

}  // namespace

absl::Status CheckJson(std::string_view text, const Descriptor& type, const JsonLimits& limits) {
  // nlohmann passes over a byte order mark.
  if (text.starts_with("\xef\xbb\xbf")) {
    return absl::InvalidArgumentError("at byte 0: a byte order mark; begin with the {");
  }
  const char* reached = text.data();
  Checker checker(text, reached, type, limits);
  const bool is_whole =
      nlohmann::json::sax_parse(CountingIterator(text.data(), &reached),
                                CountingIterator(text.data() + text.size(), &reached), &checker);
  if (is_whole && checker.status().ok()) return absl::OkStatus();
  return checker.status().ok() ? absl::InvalidArgumentError("the body is no JSON")
                               : checker.status();
}

}  // namespace orders::api
