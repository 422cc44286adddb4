#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "absl/time/time.h"

#include "infrastructure/journal/event_fields.h"

namespace orders::infrastructure {

/// Reads what Fields describes from one JSON object, strictly; members it does not know are passed
/// over. After the first error the rest is left as it is.
class FieldReader {
 public:
  explicit FieldReader(const simdjson::dom::object& object) : object_(object) {}

  /// Empty: all was well. Else "lines[1].quantity: is missing".
  const std::string& error() const { return error_; }

  template <typename T>
  void operator()(std::string_view name, T& out) {
    Member(name, true, out);
  }
  template <typename T>
  void Optional(std::string_view name, std::optional<T>& out) {
    T value;
    if (Member(name, false, value)) out = std::move(value);
  }
  void Optional(std::string_view name, std::string& out) { Member(name, false, out); }

 private:
  using Element = simdjson::dom::element;

  /// False: it is not there, or wrong.
  template <typename T>
  bool Member(std::string_view name, bool required, T& out) {
    if (!error_.empty()) return false;
    Element element;
    if (object_.at_key(name).get(element) != simdjson::SUCCESS) {
      if (required) error_.append(name).append(": is missing");
      return false;
    }
    Read(element, out);
    if (error_.empty()) return true;
    // A path that goes on with an index or a message needs no dot.
    const bool dot = error_.front() != '[' && error_.front() != ':';
    error_.insert(0, dot ? "." : "").insert(0, name);
    return false;
  }

  // Each leaves ": what is wrong" in `error_`.
  void Read(const Element& element, bool& out);
  void Read(const Element& element, std::int32_t& out);
  void Read(const Element& element, std::int64_t& out);  // A quantity.
  void Read(const Element& element, std::string& out);
  void Read(const Element& element, absl::Time& out);
  void Read(const Element& element, domain::LineId& out);
  void Read(const Element& element, domain::Currency& out);
  void Read(const Element& element, domain::Amount& out);
  void Read(const Element& element, domain::Rate& out);
  void Read(const Element& element, domain::HoldKind& out);
  std::int64_t ReadInt(const Element& element, std::int64_t min, std::int64_t max);

  template <typename Id>
  requires std::same_as<decltype(Id::value), std::string>
  void Read(const Element& element, Id& out) { Read(element, out.value); }
  template <typename T>
  void Read(const Element& element, std::vector<T>& out) {
    simdjson::dom::array items;
    if (element.get(items) != simdjson::SUCCESS) {
      error_ = ": must be a list";
      return;
    }
    out.reserve(items.size());
    for (const Element item : items) {
      Read(item, out.emplace_back());
      if (error_.empty()) continue;
      const bool dot = error_.front() != '[' && error_.front() != ':';
      error_ = "[" + std::to_string(out.size() - 1) + (dot ? "]." : "]") + error_;
      return;
    }
  }
  template <typename T>
  requires requires(FieldReader& io, T& value) { Fields(io, value); }
  void Read(const Element& element, T& out) {
    simdjson::dom::object object;
    if (element.get(object) != simdjson::SUCCESS) {
      error_ = ": must be an object";
      return;
    }
    FieldReader members(object);
    Fields(members, out);
    error_ = std::move(members.error_);
  }

  simdjson::dom::object object_;
  std::string error_;
};

}  // namespace orders::infrastructure
