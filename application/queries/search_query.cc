#include "application/queries/search_query.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "domain/order/validation.h"

namespace orders::application {
namespace {

bool IsBlank(char byte) { return byte == ' ' || byte == '\t'; }

// Of what is not ASCII all counts as letters: most of it is, and what is not finds nothing.
bool IsOfWord(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || static_cast<unsigned char>(byte) >= 0x80;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<SearchTerm>> Parse() {
    if (text_.size() > kSearchBytesMax) {
      return Refused(kSearchBytesMax, absl::StrCat("at most ", kSearchBytesMax, " bytes"));
    }
    const auto control = std::find_if(text_.begin(), text_.end(), [](char byte) {
      return (static_cast<unsigned char>(byte) < ' ' && byte != '\t') || byte == '\x7F';
    });
    if (control != text_.end()) {
      return Refused(static_cast<std::size_t>(control - text_.begin()), "no control characters");
    }
    std::vector<SearchTerm> terms;
    for (SkipBlanks(); !AtEnd(); SkipBlanks()) {
      if (terms.size() == kSearchTermsMax) {
        return Refused(at_, absl::StrCat("at most ", kSearchTermsMax, " words and phrases"));
      }
      absl::StatusOr<SearchTerm> term = text_[at_] == '"' ? TakePhrase() : TakeWord();
      if (!term.ok()) return term.status();
      terms.push_back(*std::move(term));
    }
    if (terms.empty()) return Refused(0, "a word to look for");
    return terms;
  }

 private:
  bool AtEnd() const { return at_ >= text_.size(); }
  bool AtTermsEnd() const { return AtEnd() || IsBlank(text_[at_]); }
  void SkipBlanks() {
    while (!AtEnd() && IsBlank(text_[at_])) ++at_;
  }

  absl::StatusOr<SearchTerm> TakeWord() {
    const std::size_t begin = at_;
    while (!AtTermsEnd() && text_[at_] != '"' && text_[at_] != '*') ++at_;
    SearchTerm term{.text = std::string(text_.substr(begin, at_ - begin))};
    if (!AtEnd() && text_[at_] == '"') {
      return Refused(at_, "a blank before a quoted phrase");
    }
    if (!AtEnd() && text_[at_] == '*') {
      if (term.text.size() < kSearchPrefixBytesMin || !IsOfWord(term.text.back())) {
        return Refused(
            at_, absl::StrCat("at least ", kSearchPrefixBytesMin, " letters or digits before *"));
      }
      term.is_prefix = true;
      ++at_;
      if (!AtTermsEnd()) return Refused(at_, "a blank after *");
    }
    if (!HasWord(term.text)) return Refused(begin, "a word of letters or digits");
    return term;
  }

  absl::StatusOr<SearchTerm> TakePhrase() {
    const std::size_t begin = at_++;
    const std::size_t end = text_.find('"', at_);
    if (end == std::string_view::npos) return Refused(text_.size(), "a closing \"");
    SearchTerm term{.text = std::string(text_.substr(at_, end - at_))};
    at_ = end + 1;
    if (!HasWord(term.text)) return Refused(begin, "words of letters or digits between quotes");
    if (!AtTermsEnd()) return Refused(at_, "a blank after a quoted phrase");
    return term;
  }

  static bool HasWord(std::string_view text) {
    return std::any_of(text.begin(), text.end(), IsOfWord);
  }

  static absl::Status Refused(std::size_t at, const std::string& expected) {
    return domain::ToStatus(
        {{.field = "query", .description = absl::StrCat("at byte ", at, ": expected ", expected)}});
  }

  const std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view SearchFieldName(SearchField field) {
  switch (field) {
    case SearchField::kOrderId:
      return "order_id";
    case SearchField::kCustomerId:
      return "customer_id";
    case SearchField::kSku:
      return "sku";
    case SearchField::kTitle:
      return "title";
    case SearchField::kNote:
      return "note";
    case SearchField::kTrackingCode:
      return "tracking_code";
  }
  return "";
}

absl::StatusOr<std::vector<SearchTerm>> ParseSearchQuery(std::string_view text) {
  return Parser(text).Parse();
}

}  // namespace orders::application
