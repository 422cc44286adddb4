#include "api/http/head_scanner.h"

#include "absl/strings/str_cat.h"

namespace orders::api {

HeadScanner::Verdict HeadScanner::Scan(std::string_view head) {
  for (; at_ < head.size(); ++at_) {
    const auto c = static_cast<unsigned char>(head[at_]);
    if (at_ - line_begin_ >= limits_.line_bytes_max) {
      return RefuseLongLine(head.substr(line_begin_, at_ - line_begin_));
    }
    if (at_ >= limits_.bytes_max) {
      return Refuse(431, "HEADERS_TOO_LARGE",
                    absl::StrCat("more than ", limits_.bytes_max, " bytes of headers"));
    }
    const bool after_return = at_ > line_begin_ && head[at_ - 1] == '\r';
    if (after_return != (c == '\n')) {
      return Refuse(400, "BAD_HEADER", "a line ends with CR LF, and they stand nowhere else");
    }
    if (c == '\n') {
      const Verdict verdict = EndLine();
      if (verdict == Verdict::kWhole) ++at_;
      if (verdict != Verdict::kMore) return verdict;
      continue;
    }
    if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7f) {
      return Refuse(400, "BAD_HEADER", "a control character");
    }
    if (at_ == line_begin_ && lines_ > 0 && (c == ' ' || c == '\t')) {
      return Refuse(400, "BAD_HEADER", "a header goes on in a line of its own");
    }
  }
  return Verdict::kMore;
}

HeadScanner::Verdict HeadScanner::EndLine() {
  const std::size_t line_bytes = at_ - 1 - line_begin_;
  if (line_bytes == 0) {
    if (lines_ > 0) return Verdict::kWhole;
    return Refuse(400, "BAD_REQUEST_LINE", "an empty line where a request begins");
  }
  line_begin_ = at_ + 1;
  if (++lines_ > limits_.lines_max + 1) {
    return Refuse(431, "HEADERS_TOO_LARGE",
                  absl::StrCat("more than ", limits_.lines_max, " headers"));
  }
  return Verdict::kMore;
}

HeadScanner::Verdict HeadScanner::RefuseLongLine(std::string_view line) {
  const std::string limit = absl::StrCat("longer than ", limits_.line_bytes_max, " bytes");
  // "GET /…": it is the target that is long.
  constexpr std::size_t kMethodBytesMax = 32;
  const std::size_t space = line.substr(0, kMethodBytesMax).find(' ');
  if (lines_ == 0 && space != std::string_view::npos) {
    return Refuse(414, "TARGET_TOO_LONG", absl::StrCat("the request line is ", limit));
  }
  return Refuse(431, "HEADERS_TOO_LARGE", absl::StrCat("a header is ", limit));
}

HeadScanner::Verdict HeadScanner::Refuse(int status, const char* reason,
                                         const std::string& detail) {
  refusal_ = {.status = status, .reason = reason, .detail = detail};
  return Verdict::kRefused;
}

}  // namespace orders::api
