#include "infrastructure/journal/upcasters.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infrastructure/journal/event_codec.h"

namespace orders::infrastructure {
namespace {

using ::testing::HasSubstr;

// Version 1 of a note had a "text", version 2 a "memo", version 3 is today's "note".
absl::StatusOr<std::string> RenameTo(std::string_view body, std::string_view from,
                                     std::string_view to) {
  std::string renamed(body);
  const std::size_t at = renamed.find(from);
  if (at == std::string::npos) return absl::NotFoundError("nothing to rename");
  return renamed.replace(at, from.size(), to);
}
const Upcasters::Step kFrom1{"NoteSet", 1,
                             [](std::string_view body) { return RenameTo(body, "text", "memo"); }};
const Upcasters::Step kFrom2{"NoteSet", 2,
                             [](std::string_view body) { return RenameTo(body, "memo", "note"); }};

absl::StatusOr<std::optional<DecodedEvent>> DecodeNote(int version, const std::string& body) {
  const absl::StatusOr<Upcasters> upcasters = Upcasters::Create({kFrom2, kFrom1});
  EXPECT_TRUE(upcasters.ok()) << upcasters.status();
  return DecodeEvent("NoteSet", body, EncodeMetadata({.schema_version = version}), *upcasters);
}

TEST(Upcasters, CarryEveryVersionToTheCurrentOne) {
  int version = 1;
  for (const char* body : {R"({"text":"hm"})", R"({"memo":"hm"})", R"({"note":"hm"})"}) {
    const auto decoded = DecodeNote(version++, body);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ((*decoded)->event, domain::OrderEvent(domain::NoteSet{"hm"}));
  }
}

TEST(Upcasters, RefuseVersionsBeyondTheirs) {
  EXPECT_EQ(DecodeNote(0, R"({"note":"hm"})").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeNote(4, R"({"note":"hm"})").status().code(), absl::StatusCode::kDataLoss);
}

TEST(Upcasters, SayWhichStepCouldNotRead) {
  const auto decoded = DecodeNote(1, R"({"other":"hm"})");
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(decoded.status().message()), HasSubstr("NoteSet from version 1"));
}

TEST(Upcasters, LeaveOtherTypesAtVersionOne) {
  const auto upcasters = Upcasters::Create({kFrom1});
  ASSERT_TRUE(upcasters.ok());
  EXPECT_EQ(upcasters->CurrentVersion("NoteSet"), 2);
  EXPECT_EQ(upcasters->CurrentVersion("OrderCreated"), 1);
  EXPECT_EQ(Upcasters::None().CurrentVersion("NoteSet"), 1);
}

TEST(Upcasters, AreCheckedForGapsAtTheStart) {
  EXPECT_FALSE(Upcasters::Create({kFrom2}).ok()) << "none from version 1";
  EXPECT_FALSE(Upcasters::Create({kFrom1, kFrom1}).ok()) << "two from version 1";
  EXPECT_FALSE(Upcasters::Create({{"NoteSett", 1, kFrom1.upcast}}).ok()) << "no such type";
  EXPECT_FALSE(Upcasters::Create({{"NoteSet", 0, kFrom1.upcast}}).ok());
  EXPECT_FALSE(Upcasters::Create({{"NoteSet", 1, nullptr}}).ok());
}

}  // namespace
}  // namespace orders::infrastructure
