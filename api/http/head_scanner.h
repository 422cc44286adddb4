#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace orders::api {

struct HeadLimits {
  std::size_t line_bytes_max = 8 << 10;
  std::size_t lines_max = 100;  ///< The request line not counted.
  std::size_t bytes_max = 32 << 10;
};

/// Why a request is not taken before anything is asked of anybody.
struct HttpRefusal {
  int status = 400;
  std::string reason;  ///< "BAD_HEADER"
  std::string detail;
};

/// Finds the end of a request's head in bytes that come piece by piece, and refuses at once what is
/// too long, or is read in two ways by two programs (RFC 9112 sections 2.2, 5.2, 11.2): line ends
/// other than CR LF, folded lines, control characters.
class HeadScanner {
 public:
  explicit HeadScanner(const HeadLimits& limits) : limits_(limits) {}

  enum class Verdict { kMore, kWhole, kRefused };
  /// `head` is all that has come, more than the last time.
  Verdict Scan(std::string_view head);

  std::size_t head_bytes() const { return at_; }  ///< Of kWhole, with its empty line.
  const HttpRefusal& refusal() const { return refusal_; }

 private:
  Verdict Refuse(int status, const char* reason, const std::string& detail);
  Verdict EndLine();
  Verdict RefuseLongLine(std::string_view line);

  const HeadLimits limits_;
  std::size_t at_ = 0;          ///< Bytes looked at.
  std::size_t line_begin_ = 0;  ///< Of the line that is looked at.
  std::size_t lines_ = 0;       ///< Ended.
  HttpRefusal refusal_;
};

}  // namespace orders::api
