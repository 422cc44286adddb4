#pragma once

#include <string>

namespace orders::application {

/// New ids. Thread-safe.
class IdSource {
 public:
  virtual ~IdSource() = default;
  /// A UUID of version 7 (RFC 9562 section 5.7) as text: sorts by time.
  virtual std::string NewId() = 0;
};

}  // namespace orders::application
