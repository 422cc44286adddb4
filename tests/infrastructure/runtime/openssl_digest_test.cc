#include "infrastructure/runtime/openssl_digest.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include <gtest/gtest.h>

#include "eventstoredb/uuid.h"

namespace orders::infrastructure {
namespace {

std::string Hex(const application::Sha256& hash) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
}

TEST(OpensslDigest, HashesAsFips180Says) {
  const OpensslDigest digest("");
  EXPECT_EQ(Hex(digest.Hash("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(digest.Hash("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(OpensslDigest, SealsAsRfc4231Says) {
  EXPECT_EQ(Hex(OpensslDigest("Jefe").Seal("what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_NE(Hex(OpensslDigest("other").Seal("x")), Hex(OpensslDigest("Jefe").Seal("x")));
}

TEST(OpensslDigest, MakesUuidsOfVersion5FromNames) {
  const OpensslDigest digest("");
  const std::string id = digest.NamedId("a name");
  ASSERT_TRUE(eventstoredb::Uuid::Parse(id).has_value()) << id;
  EXPECT_EQ(id[14], '5');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
  EXPECT_EQ(digest.NamedId("a name"), id);
  EXPECT_EQ(OpensslDigest("another key").NamedId("a name"), id);
  EXPECT_NE(digest.NamedId("another name"), id);
  // Order and event ids follow from these: for ever.
  EXPECT_EQ(id, "e3594836-a87b-5c3c-b28c-591ad2abd15c");
}

TEST(OpensslDigest, GivesEveryThreadTheSameAnswers) {
  const OpensslDigest digest("key");
  const std::string expected = digest.NamedId("x") + Hex(digest.Hash("x")) + Hex(digest.Seal("x"));
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 1'000; ++i) {
        if (digest.NamedId("x") + Hex(digest.Hash("x")) + Hex(digest.Seal("x")) != expected) {
          ++wrong[t];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

}  // namespace
}  // namespace orders::infrastructure
