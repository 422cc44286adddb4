#include "api/http/header_values.h"

#include <algorithm>

#include <arpa/inet.h>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "api/http/http_message.h"
#include "domain/order/absl_view.h"

namespace orders::api {
namespace {

constexpr std::size_t kEtagsMax = 32;
constexpr int kWeightMax = 1'000;

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes what comes before the next `separator` off `rest`, without the spaces around it.
std::string_view TakeUntil(char separator, std::string_view& rest) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view taken = Trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return taken;
}

/// The q of "text/html;level=1;q=0.5", in thousandths. One that cannot be read counts as 0.
int WeightOf(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view value = TakeUntil(';', parameters);
    const std::string_view name = TakeUntil('=', value);
    if (!IsSameWord(name, "q")) continue;
    double q = 0;
    if (!absl::SimpleAtod(domain::View(value), &q) || !(q >= 0 && q <= 1)) return 0;
    return static_cast<int>(q * kWeightMax);
  }
  return kWeightMax;
}

}  // namespace

bool EtagCondition::MatchesWeakly(std::string_view etag) const {
  return any || std::any_of(etags.begin(), etags.end(),
                            [etag](const Etag& one) { return one.text == etag; });
}

bool EtagCondition::MatchesStrongly(std::string_view etag) const {
  return any || std::any_of(etags.begin(), etags.end(),
                            [etag](const Etag& one) { return !one.is_weak && one.text == etag; });
}

absl::StatusOr<EtagCondition> ParseEtagCondition(const char* header, std::string_view value) {
  const absl::Status bad =
      absl::InvalidArgumentError(absl::StrCat(header, " takes * or etags in quotes, as \"3\""));
  EtagCondition condition;
  std::string_view rest = Trimmed(value);
  if (rest == "*") {
    condition.any = true;
    return condition;
  }
  while (true) {
    EtagCondition::Etag etag;
    if (rest.starts_with("W/")) {
      etag.is_weak = true;
      rest.remove_prefix(2);
    }
    if (!rest.starts_with('"')) return bad;
    const std::size_t close = rest.find('"', 1);
    if (close == std::string_view::npos || condition.etags.size() == kEtagsMax) return bad;
    etag.text = std::string(rest.substr(0, close + 1));
    condition.etags.push_back(std::move(etag));
    rest = Trimmed(rest.substr(close + 1));
    if (rest.empty()) return condition;
    if (!rest.starts_with(',')) return bad;
    rest = Trimmed(rest.substr(1));
  }
}

absl::StatusOr<std::string> ParseIdempotencyKey(std::string_view value) {
  const absl::Status bad = absl::InvalidArgumentError(
      "Idempotency-Key takes 1 to 128 printable characters, in quotes or without");
  if (!value.starts_with('"')) {
    if (value.empty() || value.find('"') != std::string_view::npos) return bad;
    return std::string(value);
  }
  std::string key;
  for (std::size_t i = 1; i < value.size(); ++i) {
    if (value[i] == '"') {
      if (key.empty() || i + 1 != value.size()) return bad;
      return key;
    }
    if (value[i] == '\\' && ++i == value.size()) return bad;
    key += value[i];
  }
  return bad;
}

std::string QuotedString(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::optional<absl::Duration> ParsePreferredWait(std::string_view value) {
  while (!value.empty()) {
    std::string_view preference = TakeUntil(',', value);
    preference = TakeUntil(';', preference);
    const std::string_view name = TakeUntil('=', preference);
    std::uint32_t seconds = 0;
    if (IsSameWord(name, "wait") && absl::SimpleAtoi(domain::View(preference), &seconds)) {
      return absl::Seconds(seconds);
    }
  }
  return std::nullopt;
}

int AcceptedWeight(std::optional<std::string_view> accept, std::string_view type,
                   std::string_view subtype) {
  if (!accept.has_value() || Trimmed(*accept).empty()) return kWeightMax;
  std::string_view rest = *accept;
  int weight = 0;
  int fit = 0;  // 1: */*, 2: type/*, 3: the type itself.
  while (!rest.empty()) {
    std::string_view parameters = TakeUntil(',', rest);
    std::string_view range = TakeUntil(';', parameters);
    const std::string_view range_type = TakeUntil('/', range);
    int fits = 0;
    if (range_type == "*" && range == "*") fits = 1;
    if (IsSameWord(range_type, type) && range == "*") fits = 2;
    if (IsSameWord(range_type, type) && IsSameWord(range, subtype)) fits = 3;
    if (fits <= fit) continue;
    fit = fits;
    weight = WeightOf(parameters);
  }
  return weight;
}

bool AcceptsGzip(std::optional<std::string_view> accept_encoding) {
  if (!accept_encoding.has_value()) return false;
  std::string_view rest = *accept_encoding;
  bool accepts_any = false;
  while (!rest.empty()) {
    std::string_view parameters = TakeUntil(',', rest);
    const std::string_view coding = TakeUntil(';', parameters);
    if (IsSameWord(coding, "gzip") || IsSameWord(coding, "x-gzip")) return WeightOf(parameters) > 0;
    if (coding == "*") accepts_any = WeightOf(parameters) > 0;
  }
  return accepts_any;
}

bool IsJson(std::string_view content_type) {
  std::string_view rest = content_type;
  if (!IsSameWord(TakeUntil(';', rest), "application/json")) return false;
  while (!rest.empty()) {
    std::string_view value = TakeUntil(';', rest);
    if (value.empty()) continue;
    const std::string_view name = TakeUntil('=', value);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    if (!IsSameWord(name, "charset") || !IsSameWord(value, "utf-8")) return false;
  }
  return true;
}

std::string HostOf(std::string_view host_and_port) {
  std::string_view host = host_and_port;
  const std::size_t bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
  if (bracket != std::string_view::npos) {
    host = host.substr(0, bracket + 1);
  } else {
    host = host.substr(0, host.rfind(':'));
  }
  return absl::AsciiStrToLower(domain::View(host));
}

bool IsAddress(std::string_view host) {
  in_addr v4{};
  if (inet_pton(AF_INET, std::string(host).c_str(), &v4) == 1) return true;
  if (host.size() < 3 || host.front() != '[' || host.back() != ']') return false;
  in6_addr v6{};
  return inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), &v6) == 1;
}

}  // namespace orders::api
