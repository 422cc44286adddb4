#pragma once

#include <string>
#include <vector>

namespace orders::api {

/// What one check found.
struct Finding {
  enum class Grade {
    kGood,
    kAdvice,  ///< It runs; something is not as it should be.
    kFault,   ///< It does not run, or will not.
  };
  Grade grade = Grade::kGood;
  std::string subject;  ///< "disk", "clock".
  std::string text;     ///< What is so.
  std::string advice;   ///< What to do; empty if all is well.
};
using Findings = std::vector<Finding>;

}  // namespace orders::api
