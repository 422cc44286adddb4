#pragma once

namespace orders::application {

/// Random numbers for jitter; never for secrets. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  /// At least 0, below 1.
  virtual double Uniform() = 0;
};

}  // namespace orders::application
