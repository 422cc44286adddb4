#include "application/queries/search_query.h"

#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "domain/order/validation.h"

namespace orders::application {
namespace {

// The description of the one violation; "" if the query is good.
std::string SearchRefusal(std::string_view text) {
  const auto terms = ParseSearchQuery(text);
  if (terms.ok()) return "";
  EXPECT_TRUE(absl::IsInvalidArgument(terms.status()));
  const auto violations = domain::GetFieldViolations(terms.status());
  EXPECT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations.front().field, "query");
  return violations.front().description;
}

TEST(ParseSearchQuery, TakesWordsBeginningsAndPhrases) {
  const auto terms = ParseSearchQuery("  assam\ttea* \"ring twice\" o-17 Käse ");
  ASSERT_TRUE(terms.ok()) << terms.status();
  EXPECT_THAT(*terms, testing::ElementsAre(SearchTerm{"assam", false}, SearchTerm{"tea", true},
                                           SearchTerm{"ring twice", false},
                                           SearchTerm{"o-17", false}, SearchTerm{"Käse", false}));
}

TEST(ParseSearchQuery, WhatOtherLanguagesMeanByAWordIsAWord) {
  const auto terms = ParseSearchQuery("tea OR NOT (sku:pot) NEAR/2 ^a+b");
  ASSERT_TRUE(terms.ok()) << terms.status();
  EXPECT_THAT(*terms, testing::Each(testing::Field(&SearchTerm::is_prefix, false)));
  EXPECT_EQ(terms->size(), 6U);
}

TEST(ParseSearchQuery, ARefusalSaysWhereAndWhatWasExpected) {
  EXPECT_THAT(SearchRefusal(""), testing::HasSubstr("at byte 0: expected a word"));
  EXPECT_THAT(SearchRefusal(" \t "), testing::HasSubstr("expected a word"));
  EXPECT_THAT(SearchRefusal("tea --"), testing::HasSubstr("at byte 4: expected a word of letters"));
  EXPECT_THAT(SearchRefusal("\"open"), testing::HasSubstr("at byte 5: expected a closing \""));
  EXPECT_THAT(SearchRefusal("\"\""), testing::HasSubstr("at byte 0: expected words"));
  EXPECT_THAT(SearchRefusal("a\"b\""), testing::HasSubstr("at byte 1: expected a blank"));
  EXPECT_THAT(SearchRefusal("\"a b\"*"), testing::HasSubstr("at byte 5: expected a blank"));
  EXPECT_THAT(SearchRefusal("*"), testing::HasSubstr("at least 2 letters"));
  EXPECT_THAT(SearchRefusal("t*"), testing::HasSubstr("at byte 1: expected at least 2 letters"));
  EXPECT_THAT(SearchRefusal("te-*"), testing::HasSubstr("at least 2 letters"));
  EXPECT_THAT(SearchRefusal("t*a"), testing::HasSubstr("at least 2 letters"));
  EXPECT_THAT(SearchRefusal("te*a"), testing::HasSubstr("at byte 3: expected a blank after *"));
  EXPECT_THAT(SearchRefusal(std::string("a\0b", 3)),
              testing::HasSubstr("at byte 1: expected no control"));
  EXPECT_THAT(SearchRefusal("a\nb"), testing::HasSubstr("no control"));
}

TEST(ParseSearchQuery, ItsBoundsAreNamed) {
  EXPECT_EQ(SearchRefusal("a b c d e f g h"), "");
  EXPECT_THAT(SearchRefusal("a b c d e f g h i"), testing::HasSubstr("at most 8 words"));
  EXPECT_EQ(SearchRefusal(std::string(256, 'a')), "");
  EXPECT_THAT(SearchRefusal(std::string(257, 'a')), testing::HasSubstr("at most 256 bytes"));
}

TEST(ParseSearchQuery, AnyBytesAreTakenOrRefusedNeverMore) {
  std::mt19937_64 random(7);
  constexpr std::string_view kBytes = "ab1\"* -\t\\'(){}^:+~\xC3\xA9\x01";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t i = random() % 12; i > 0; --i) text += kBytes[random() % kBytes.size()];
    const auto terms = ParseSearchQuery(text);
    if (!terms.ok()) {
      EXPECT_NE(SearchRefusal(text), "") << text;
      continue;
    }
    for (const SearchTerm& term : *terms) {
      EXPECT_EQ(term.text.find('"'), std::string::npos) << text;
      EXPECT_FALSE(term.text.empty()) << text;
    }
  }
}

}  // namespace
}  // namespace orders::application
