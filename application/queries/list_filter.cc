#include "application/queries/list_filter.h"

#include <array>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "domain/order/refusals.h"
#include "domain/order/validation.h"

namespace orders::application {
namespace {

struct FieldName {
  std::string_view name;
  FilterField field;
};
constexpr std::array<FieldName, 11> kFields{{
    {"customer_id", FilterField::kCustomerId},
    {"status", FilterField::kStatus},
    {"payment", FilterField::kPayment},
    {"fulfilment", FilterField::kFulfilment},
    {"held", FilterField::kHeld},
    {"sku", FilterField::kSku},
    {"currency", FilterField::kCurrency},
    {"create_time", FilterField::kCreateTime},
    {"update_time", FilterField::kUpdateTime},
    {"total", FilterField::kTotal},
    {"work", FilterField::kWork},
}};

constexpr std::array kStatuses{domain::OrderStatus::kDraft, domain::OrderStatus::kConfirmed,
                               domain::OrderStatus::kInFulfilment, domain::OrderStatus::kCompleted,
                               domain::OrderStatus::kCancelled};
constexpr std::array kPayments{domain::PaymentStatus::kUnpaid,
                               domain::PaymentStatus::kAuthorized,
                               domain::PaymentStatus::kPartiallyPaid,
                               domain::PaymentStatus::kPaid,
                               domain::PaymentStatus::kPartiallyRefunded,
                               domain::PaymentStatus::kRefunded,
                               domain::PaymentStatus::kFailed};
constexpr std::array kFulfilments{
    domain::FulfilmentStatus::kNone, domain::FulfilmentStatus::kPartiallyShipped,
    domain::FulfilmentStatus::kShipped, domain::FulfilmentStatus::kPartiallyDelivered,
    domain::FulfilmentStatus::kDelivered};

bool IsWordByte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.' || byte == '@' ||
         byte == ':' || byte == '/' || byte == '+';
}

template <typename Values, typename NameOf>
bool FindNamed(const Values& values, NameOf name_of, std::string_view text, FilterValue& found) {
  for (const auto value : values) {
    if (name_of(value) != text) continue;
    found = value;
    return true;
  }
  return false;
}

template <typename Values, typename NameOf>
std::string NamesOf(const Values& values, NameOf name_of) {
  std::string names = "one of";
  for (const auto value : values) absl::StrAppend(&names, " ", std::string(name_of(value)));
  return names;
}

// False: `text` is no value of the field.
bool ParseValue(FilterField field, const std::string& text, FilterValue& value) {
  switch (field) {
    case FilterField::kCustomerId:
    case FilterField::kSku:
    case FilterField::kCurrency:
      value = text;
      return true;
    case FilterField::kStatus:
      return FindNamed(kStatuses, domain::OrderStatusName, text, value);
    case FilterField::kPayment:
      return FindNamed(kPayments, domain::PaymentStatusName, text, value);
    case FilterField::kFulfilment:
      return FindNamed(kFulfilments, domain::FulfilmentStatusName, text, value);
    case FilterField::kHeld:
      value = text == "true";
      return text == "true" || text == "false";
    case FilterField::kCreateTime:
    case FilterField::kUpdateTime: {
      absl::Time time;
      std::string error;
      if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return false;
      value = time;
      // "infinite-future" parses as well, and is no instant.
      return time != absl::InfiniteFuture() && time != absl::InfinitePast();
    }
    case FilterField::kTotal: {
      std::int64_t minor = 0;
      if (!absl::SimpleAtoi(text, &minor)) return false;
      value = minor;
      return true;
    }
    case FilterField::kWork:
      return FindNamed(kWorkLists, WorkListName, text, value);
  }
  return false;
}

std::string ExpectedValue(FilterField field) {
  switch (field) {
    case FilterField::kCustomerId:
    case FilterField::kSku:
    case FilterField::kCurrency:
      return "a value";
    case FilterField::kStatus:
      return NamesOf(kStatuses, domain::OrderStatusName);
    case FilterField::kPayment:
      return NamesOf(kPayments, domain::PaymentStatusName);
    case FilterField::kFulfilment:
      return NamesOf(kFulfilments, domain::FulfilmentStatusName);
    case FilterField::kHeld:
      return "true or false";
    case FilterField::kCreateTime:
    case FilterField::kUpdateTime:
      return "a quoted time like \"2026-01-31T12:00:00Z\"";
    case FilterField::kTotal:
      return "a whole number of minor units";
    case FilterField::kWork:
      return NamesOf(kWorkLists, WorkListName);
  }
  return "a value";
}

bool Admits(FilterField field, FilterOperator op, bool is_has) {
  switch (field) {
    case FilterField::kCustomerId:
    case FilterField::kCurrency:
    case FilterField::kHeld:
    case FilterField::kWork:
      return op == FilterOperator::kEqual && !is_has;
    case FilterField::kSku:
      return op == FilterOperator::kEqual;
    case FilterField::kStatus:
    case FilterField::kPayment:
    case FilterField::kFulfilment:
      return (op == FilterOperator::kEqual || op == FilterOperator::kNotEqual) && !is_has;
    case FilterField::kCreateTime:
    case FilterField::kUpdateTime:
      return op != FilterOperator::kEqual && op != FilterOperator::kNotEqual;
    case FilterField::kTotal:
      return op != FilterOperator::kNotEqual && !is_has;
  }
  return false;
}

std::string ExpectedOperator(FilterField field) {
  switch (field) {
    case FilterField::kCustomerId:
    case FilterField::kCurrency:
    case FilterField::kHeld:
    case FilterField::kWork:
      return "=";
    case FilterField::kSku:
      return "= or :";
    case FilterField::kStatus:
    case FilterField::kPayment:
    case FilterField::kFulfilment:
      return "= or !=";
    case FilterField::kCreateTime:
    case FilterField::kUpdateTime:
      return "one of < <= > >=";
    case FilterField::kTotal:
      return "one of < <= > >= =";
  }
  return "=";
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<OrderFilter> Parse() {
    if (text_.size() > kFilterBytesMax) {
      return Refused(kFilterBytesMax, absl::StrCat("at most ", kFilterBytesMax, " bytes"));
    }
    OrderFilter filter;
    SkipBlanks();
    while (!AtEnd()) {
      if (!filter.terms.empty()) {
        if (TakeWord() != "AND") return Refused(token_, "AND, or the end");
        SkipBlanks();
      }
      if (filter.terms.size() >= kFilterTermsMax) {
        return Refused(at_, absl::StrCat("at most ", kFilterTermsMax, " comparisons"));
      }
      absl::StatusOr<FilterTerm> term = ParseTerm();
      if (!term.ok()) return term.status();
      filter.terms.push_back(*std::move(term));
      SkipBlanks();
    }
    return filter;
  }

 private:
  absl::StatusOr<FilterTerm> ParseTerm() {
    const std::string_view name = TakeName();
    const FieldName* known = nullptr;
    for (const FieldName& candidate : kFields) {
      if (candidate.name == name) known = &candidate;
    }
    if (known == nullptr) {
      std::string names = "one of";
      for (const FieldName& field : kFields) absl::StrAppend(&names, " ", std::string(field.name));
      return Refused(token_, names);
    }
    FilterTerm term{.field = known->field};

    SkipBlanks();
    const std::string_view op = TakeOperator();
    const std::optional<FilterOperator> parsed = ParseOperator(op);
    if (!parsed.has_value() || !Admits(term.field, *parsed, op == ":")) {
      return Refused(token_, ExpectedOperator(term.field));
    }
    term.op = *parsed;

    SkipBlanks();
    absl::StatusOr<std::string> text = TakeValue(term.field);
    if (!text.ok()) return text.status();
    if (!ParseValue(term.field, *text, term.value)) {
      return Refused(token_, ExpectedValue(term.field));
    }
    return term;
  }

  static std::optional<FilterOperator> ParseOperator(std::string_view text) {
    if (text == "=" || text == ":") return FilterOperator::kEqual;
    if (text == "!=") return FilterOperator::kNotEqual;
    if (text == "<") return FilterOperator::kLess;
    if (text == "<=") return FilterOperator::kLessOrEqual;
    if (text == ">") return FilterOperator::kGreater;
    if (text == ">=") return FilterOperator::kGreaterOrEqual;
    return std::nullopt;
  }

  bool AtEnd() const { return at_ >= text_.size(); }
  void SkipBlanks() {
    while (!AtEnd() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  template <typename Belongs>
  std::string_view TakeWhile(Belongs belongs) {
    token_ = at_;
    while (!AtEnd() && belongs(text_[at_])) ++at_;
    return text_.substr(token_, at_ - token_);
  }
  std::string_view TakeWord() { return TakeWhile(IsWordByte); }
  // Without ':', which is an operator after a field.
  std::string_view TakeName() {
    return TakeWhile([](char byte) { return IsWordByte(byte) && byte != ':'; });
  }
  std::string_view TakeOperator() {
    token_ = at_;
    if (AtEnd()) return {};
    const bool two = at_ + 1 < text_.size() && text_[at_ + 1] == '=' &&
                     (text_[at_] == '<' || text_[at_] == '>' || text_[at_] == '!');
    at_ += two ? 2 : 1;
    return text_.substr(token_, at_ - token_);
  }

  absl::StatusOr<std::string> TakeValue(FilterField field) {
    if (AtEnd() || text_[at_] != '"') {
      const bool is_time = field == FilterField::kCreateTime || field == FilterField::kUpdateTime;
      const std::string_view word = TakeWord();
      if (word.empty() || is_time) return Refused(token_, ExpectedValue(field));
      return std::string(word);
    }
    token_ = at_;
    ++at_;
    std::string value;
    while (!AtEnd() && text_[at_] != '"') {
      if (text_[at_] == '\\') {
        ++at_;
        if (AtEnd() || (text_[at_] != '"' && text_[at_] != '\\')) {
          return Refused(at_, "\" or \\ after \\");
        }
      }
      value.push_back(text_[at_]);
      ++at_;
    }
    if (AtEnd()) return Refused(at_, "a closing \"");
    ++at_;
    return value;
  }

  static absl::Status Refused(std::size_t at, const std::string& expected) {
    return domain::ToStatus(
        {{.field = "filter",
          .description = absl::StrCat("at byte ", at, ": expected ", expected)}});
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t token_ = 0;  ///< Where the piece that was taken last begins.
};

}  // namespace

absl::StatusOr<OrderFilter> ParseOrderFilter(std::string_view text) { return Parser(text).Parse(); }

}  // namespace orders::application
