#pragma once

#include <string>

namespace eventstoredb::testing_support {

/// A key, and a certificate for localhost that it has signed itself. PEM.
struct TestCertificate {
  std::string key;
  std::string certificate;
};
TestCertificate MakeTestCertificate();

}  // namespace eventstoredb::testing_support
