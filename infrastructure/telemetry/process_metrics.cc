#include "infrastructure/telemetry/process_metrics.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include <sys/resource.h>
#include <unistd.h>

namespace orders::infrastructure {
namespace {

/// Since the epoch, as the kernel tells it: field 22 of proc(5) stat counts from the machine's
/// start.
std::optional<double> ReadStartTime() {
  std::ifstream own("/proc/self/stat");
  std::string text;
  std::getline(own, text);
  // Field 2 is the program's name in parentheses, and may hold anything.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  double ticks = 0;
  if (!(fields >> ticks)) return std::nullopt;
  std::ifstream machine("/proc/stat");
  for (std::string word; machine >> word;) {
    double booted = 0;
    if (word == "btime" && machine >> booted) {
      return booted + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
    }
  }
  return std::nullopt;
}

/// Asked once: the kernel's answer moves when the clock is set, and a change would mean a restart.
std::optional<double> StartTime() {
  static const std::optional<double> started = ReadStartTime();
  return started;
}

std::optional<double> ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (!(file >> total_pages >> resident_pages)) return std::nullopt;
  return static_cast<double>(resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

std::optional<double> OpenFiles() {
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  double count = 0;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) ++count;
  if (error) return std::nullopt;
  return count - 1;  // The one that looks.
}

std::optional<double> OpenFilesMax() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

std::optional<double> CpuSeconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

void AddProcessMetrics(std::string_view version, MetricFamilies& families) {
  families.push_back(GaugeFamily("orders_build_info", "Always 1; the label says what runs.",
                                 {{1, {{"version", std::string(version)}}}}));
  const auto add_gauge = [&](const char* name, const char* help, std::optional<double> value) {
    if (value.has_value()) families.push_back(GaugeFamily(name, help, {{*value}}));
  };
  add_gauge("process_start_time_seconds", "When the process started, since the epoch.",
            StartTime());
  add_gauge("process_resident_memory_bytes", "Memory of the machine that it holds.",
            ResidentBytes());
  add_gauge("process_open_fds", "Open files and sockets.", OpenFiles());
  add_gauge("process_max_fds", "How many files and sockets it may open.", OpenFilesMax());
  if (const std::optional<double> seconds = CpuSeconds()) {
    families.push_back(CounterFamily("process_cpu_seconds_total",
                                     "Processor time that it has used.", {{*seconds}}));
  }
}

}  // namespace orders::infrastructure
