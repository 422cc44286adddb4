#pragma once

#include <string_view>

namespace eventstoredb {

/// What a connection turns out to be by the first bytes its client sends.
enum class Speech {
  kUndecided,  ///< More is needed.
  kHttp2,      ///< The whole preface of RFC 9113 section 3.4 has come.
  kHttp1,      ///< A method of HTTP/1.1 and a space.
  kUnknown,    ///< TLS, or no protocol of ours.
};

Speech Classify(std::string_view first_bytes);

}  // namespace eventstoredb
