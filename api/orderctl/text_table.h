#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace orders::api {

/// Aligned columns for people. Cells are made printable; no blanks at the ends of lines.
class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit TextTable(std::vector<Column> columns);

  /// One cell for each column.
  void AddRow(std::vector<std::string> cells);

  /// The rows added since the last call, after the titles the first time. Widths only grow, so that
  /// the pages of a long list stay in line.
  std::string TakeText();

 private:
  std::string Line(const std::vector<std::string>& cells) const;

  std::vector<Column> columns_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
  bool titles_shown_ = false;
};

}  // namespace orders::api
