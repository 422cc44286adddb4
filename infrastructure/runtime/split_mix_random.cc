#include "infrastructure/runtime/split_mix_random.h"

#include <random>

namespace orders::infrastructure {
namespace {

constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15;

std::uint64_t SystemSeed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

}  // namespace

SplitMixRandom::SplitMixRandom() : state_(SystemSeed()) {}

double SplitMixRandom::Uniform() {
  std::uint64_t mixed = state_.fetch_add(kStep, std::memory_order_relaxed) + kStep;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
  mixed ^= mixed >> 31;
  // The 53 bits that a double holds exactly.
  return static_cast<double>(mixed >> 11) * 0x1.0p-53;
}

}  // namespace orders::infrastructure
