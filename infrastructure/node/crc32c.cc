#include "infrastructure/node/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace eventstoredb {
namespace {

constexpr std::uint32_t kReversedPolynomial = 0x82F63B78;

constexpr std::array<std::uint32_t, 256> MakeTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? kReversedPolynomial : 0);
    }
    table[byte] = crc;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kTable = MakeTable();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t ExtendWithInstruction(std::uint32_t crc,
                                                                      std::string_view data) {
  std::uint64_t state = ~crc;
  const char* next = data.data();
  std::size_t left = data.size();
  for (; left >= sizeof(std::uint64_t); left -= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, next, sizeof(word));
    state = _mm_crc32_u64(state, word);
    next += sizeof(word);
  }
  auto narrow = static_cast<std::uint32_t>(state);
  for (; left > 0; --left) {
    narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*next));
    ++next;
  }
  return ~narrow;
}
#endif

}  // namespace

std::uint32_t ExtendCrc32cPortable(std::uint32_t crc, std::string_view data) {
  std::uint32_t state = ~crc;
  for (const char c : data) {
    state = (state >> 8) ^ kTable[(state ^ static_cast<unsigned char>(c)) & 0xFF];
  }
  return ~state;
}

std::uint32_t ExtendCrc32c(std::uint32_t crc, std::string_view data) {
#if defined(__x86_64__)
  static const bool kHasInstruction = __builtin_cpu_supports("sse4.2") != 0;
  if (kHasInstruction) return ExtendWithInstruction(crc, data);
#endif
  return ExtendCrc32cPortable(crc, data);
}

}  // namespace eventstoredb
