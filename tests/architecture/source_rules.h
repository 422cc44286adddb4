#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace orders::architecture {

struct SourceFile {
  std::string path;  ///< From the root, with slashes: "domain/order/order.cc".
  std::string text;
};

/// What is wrong with one file, each as "path:line: sentence"; empty if nothing is. A rule looks
/// at the path to know whether it applies.
std::vector<std::string> WrongIncludes(const SourceFile& file);
std::vector<std::string> MissingPragmaOnce(const SourceFile& file);
std::vector<std::string> TooLong(const SourceFile& file);
/// The core asks ports for the time, for sleep and for random numbers, so that it can be simulated.
std::vector<std::string> Nondeterminism(const SourceFile& file);

/// Types of one full name that are defined twice. No compiler sees it, and a program that links
/// both moves one with the other's code.
std::vector<std::string> RepeatedTypes(const std::vector<SourceFile>& files);

/// Lines a source may have. A ratchet: lower it when the longest file gets shorter.
inline constexpr int kLinesMax = 600;

/// The .h and .cc files of the repository's own folders below `root`, sorted by path.
std::vector<SourceFile> ReadSources(const std::string& root);

/// `text` with comments and the insides of string literals blanked; lines stay where they are.
std::string WithoutCommentsAndStrings(std::string_view text);

}  // namespace orders::architecture
