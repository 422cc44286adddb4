#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "tests/fuzz/fuzz_target.h"

namespace orders::fuzz {
namespace {

// A copy of exactly that size on the heap, so that a sanitizer sees a read beyond its end.
void Feed(const std::string& input) {
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::vector<std::string> Corpus() {
  std::vector<std::string> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(ORDERS_CORPUS_DIR)) {
    std::ifstream in(entry.path(), std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  std::sort(inputs.begin(), inputs.end());
  return inputs;
}

TEST(Corpus, HasSeeds) { EXPECT_GE(Corpus().size(), 3U); }

TEST(Corpus, HoldsWhatTheTargetDemands) {
  Feed("");
  for (const std::string& input : Corpus()) Feed(input);
}

TEST(Corpus, HoldsWhenCutAnywhere) {
  for (const std::string& input : Corpus()) {
    for (std::size_t size = 0; size < input.size(); ++size) Feed(input.substr(0, size));
  }
}

TEST(Corpus, HoldsWhenOneByteIsAnother) {
  for (const std::string& input : Corpus()) {
    for (std::size_t i = 0; i < input.size(); ++i) {
      for (const char other : {'\0', '"', '\\', '}', '-', '9', '\x80', '\xff'}) {
        std::string changed = input;
        changed[i] = other;
        Feed(changed);
      }
    }
  }
}

}  // namespace
}  // namespace orders::fuzz
