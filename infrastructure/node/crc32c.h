#pragma once

#include <cstdint>
#include <string_view>

namespace eventstoredb {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `data` appended to what `crc` is the CRC of;
/// 0 to begin with.
std::uint32_t ExtendCrc32c(std::uint32_t crc, std::string_view data);

/// The same without the processor's instruction; for tests and other processors.
std::uint32_t ExtendCrc32cPortable(std::uint32_t crc, std::string_view data);

}  // namespace eventstoredb
