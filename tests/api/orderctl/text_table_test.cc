#include "api/orderctl/text_table.h"

#include <string>

#include "gtest/gtest.h"

namespace orders::api {
namespace {

TEST(TextTable, AlignsColumns) {
  TextTable table({{"ID"}, {"QTY", TextTable::Align::kRight}, {"NAME"}});
  table.AddRow({"1", "5", "tea"});
  table.AddRow({"long-id", "1000", ""});
  EXPECT_EQ(table.TakeText(),
            "ID        QTY  NAME\n"
            "1           5  tea\n"
            "long-id  1000\n");
}

TEST(TextTable, CountsWideAndCombiningCharactersAsShown) {
  TextTable table({{"N"}, {"X"}});
  table.AddRow({"緑茶", "a"});
  table.AddRow({"cafe\u0301", "b"});
  EXPECT_EQ(table.TakeText(), "N     X\n緑茶  a\ncafe\u0301  b\n");
}

TEST(TextTable, ShowsTitlesOnceOverPages) {
  TextTable table({{"A"}, {"B"}});
  table.AddRow({"long cell", "1"});
  EXPECT_EQ(table.TakeText(), "A          B\nlong cell  1\n");
  table.AddRow({"x", "2"});
  EXPECT_EQ(table.TakeText(), "x          2\n");
}

TEST(TextTable, KeepsARowOnItsLine) {
  TextTable table({{"A"}});
  table.AddRow({"one\ntwo\x1b[2J"});
  EXPECT_EQ(table.TakeText(), "A\none?two?[2J\n");
}

TEST(TextTable, FillsMissingCells) {
  TextTable table({{"A"}, {"B"}});
  table.AddRow({"1"});
  EXPECT_EQ(table.TakeText(), "A  B\n1\n");
}

}  // namespace
}  // namespace orders::api
