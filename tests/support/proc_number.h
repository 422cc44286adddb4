#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace orders::testing_support {

/// The value of a line "name: value ..." of a file in /proc; -1 if there is none.
std::int64_t ProcNumber(const std::string& path, const std::string& name);

/// What a process holds of the machine's memory.
std::int64_t ResidentKib(pid_t process);

}  // namespace orders::testing_support
