#pragma once

#include <string>

#include "absl/time/time.h"

#include "tests/support/test_certificates.h"

namespace orders::testing_support {

/// A certificate and its key, PEM.
struct TestCertificate {
  std::string certificate;
  std::string key;
};

/// What a certificate says. Times count from now.
struct TestSubject {
  std::string name = "localhost";
  absl::Duration begins = -absl::Hours(24);
  absl::Duration ends = absl::Hours(24);
};

/// An authority that signs certificates of servers and clients, also those that nobody should take.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "Test authority")
      : own_(MakeIdentity({.name = name, .is_authority = true})) {}

  std::string certificate() const { return own_.certificate_pem(); }
  TestCertificate Issue(const TestSubject& subject = {}) const { return Make(subject, &own_); }
  /// Signed by its own key instead.
  static TestCertificate SelfSigned(const TestSubject& subject = {}) {
    return Make(subject, nullptr);
  }

 private:
  static TestCertificate Make(const TestSubject& subject, const Identity* signer) {
    const absl::Time now = absl::Now();
    const Identity made = MakeIdentity(
        {.name = subject.name, .begins = now + subject.begins, .expires = now + subject.ends},
        signer);
    return {.certificate = made.certificate_pem(), .key = made.key_pem()};
  }

  const Identity own_;
};

}  // namespace orders::testing_support
