#include "infrastructure/node/transport/first_bytes.h"

#include <string>

#include <gtest/gtest.h>

namespace eventstoredb {
namespace {

const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

TEST(FirstBytes, ThePrefaceIsDecidedByItsLastByteOnly) {
  for (std::size_t count = 0; count < kPreface.size(); ++count) {
    EXPECT_EQ(Classify(kPreface.substr(0, count)), Speech::kUndecided) << count;
  }
  EXPECT_EQ(Classify(kPreface), Speech::kHttp2);
  EXPECT_EQ(Classify(kPreface + "more"), Speech::kHttp2);
}

TEST(FirstBytes, OneWrongByteOfThePrefaceIsNoProtocol) {
  for (std::size_t at = 2; at < kPreface.size(); ++at) {
    std::string wrong = kPreface;
    wrong[at] = '~';
    EXPECT_EQ(Classify(wrong), Speech::kUnknown) << at;
  }
}

TEST(FirstBytes, AMethodAndASpaceAreHttp1) {
  EXPECT_EQ(Classify("GET "), Speech::kHttp1);
  EXPECT_EQ(Classify("DELETE /x HTTP/1.1\r\n"), Speech::kHttp1);
  EXPECT_EQ(Classify("GE"), Speech::kUndecided);
  EXPECT_EQ(Classify("P"), Speech::kUndecided);
  EXPECT_EQ(Classify("GETT"), Speech::kUnknown);
  EXPECT_EQ(Classify("get "), Speech::kUnknown);
}

TEST(FirstBytes, TlsIsNoProtocolByItsFirstByte) {
  EXPECT_EQ(Classify("\x16"), Speech::kUnknown);
  EXPECT_EQ(Classify(std::string("\0", 1)), Speech::kUnknown);
}

}  // namespace
}  // namespace eventstoredb
