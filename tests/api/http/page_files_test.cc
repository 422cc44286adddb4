// The web page's files over HTTP: what is answered at which path, and that nothing else is.
#include "api/http/page_files.h"

#include <algorithm>
#include <string>

#include <zlib.h>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace orders::api {
namespace {

const std::string& Script() {
  static const auto& text = *new std::string([] {
    std::string script;
    for (int i = 0; i < 200; ++i) absl::StrAppend(&script, "export const n", i, " = ", i, ";\n");
    return script;
  }());
  return text;
}

const PageFiles& Page() {
  static const auto& page = *new PageFiles({
      {"/index.html", "<!doctype html><title>Orders</title>", "aa"},
      {"/favicon.svg", "<svg/>", "bb"},
      {"/assets/app.js", Script(), "cc"},
      {"/assets/styles/base.css", "body{}", "dd"},
  });
  return page;
}

HttpResponse Get(std::string_view path, const std::vector<HttpRequest::Field>& fields = {}) {
  return Page().Answer({.method = "GET", .target = path, .fields = fields}, path, "r1");
}

std::string Unzipped(const std::string& bytes) {
  constexpr int kWindowBitsOfGzip = 15 + 16;
  std::string text(1 << 20, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, kWindowBitsOfGzip), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST(PageFiles, AnswerWithTheFileItsKindAndItsHash) {
  const HttpResponse script = Get("/assets/app.js");
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(script.body, Script());
  EXPECT_EQ(script.Find("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(script.Find("ETag"), "\"cc\"");
  EXPECT_EQ(script.Find("Cache-Control"), "no-cache");
  EXPECT_EQ(script.Find("Vary"), "Accept-Encoding");
  EXPECT_EQ(Get("/assets/styles/base.css").Find("Content-Type"), "text/css; charset=utf-8");
  for (const char* icon : {"/favicon.svg", "/favicon.ico"}) {
    EXPECT_EQ(Get(icon).body, "<svg/>") << icon;
    EXPECT_EQ(Get(icon).Find("Content-Type"), "image/svg+xml") << icon;
  }
}

TEST(PageFiles, AnswerEveryViewWithTheSamePage) {
  for (const char* path : {"/", "/orders", "/orders/o-1", "/orders/a%20b", "/orders/o-1/history",
                           "/shop", "/shop/orders/o-1", "/read-models", "/read-models/orders",
                           "/dead-letters/orders/o-1", "/streams/$all", "/streams/correlated/c-1",
                           "/groups/$all/g", "/webhooks", "/users/ops", "/node"}) {
    EXPECT_TRUE(Page().Has(path)) << path;
    const HttpResponse page = Get(path);
    EXPECT_EQ(page.status, 200) << path;
    EXPECT_EQ(page.body, "<!doctype html><title>Orders</title>") << path;
    EXPECT_EQ(page.Find("Content-Type"), "text/html; charset=utf-8") << path;
  }
}

TEST(PageFiles, LeaveEveryOtherPathToTheService) {
  for (const char* path : {"/v1/orders",
                           "/v1",
                           "/healthz/live",
                           "/metrics",
                           "/version",
                           "/openapi.json",
                           "/docs",
                           "/ordersx",
                           "/order",
                           "//orders",
                           "",
                           "*",
                           "/assets",
                           "/index",
                           "/favicon",
                           "/orders.js",
                           "/v1/orders/orders",
                           "/orders/",
                           "/orders//o-1",
                           "/orders/..",
                           "/orders/../admin",
                           "/orders/%2e%2e",
                           "/orders/a%2Fb",
                           "/orders/%00",
                           "/orders/%zz"}) {
    EXPECT_FALSE(Page().Has(path)) << path;
  }
}

TEST(PageFiles, CompressOnceWhatGetsSmallerWithAnEtagOfItsOwn) {
  const HttpResponse script = Get("/assets/app.js", {{"Accept-Encoding", "gzip, br"}});
  EXPECT_EQ(script.Find("Content-Encoding"), "gzip");
  EXPECT_EQ(script.Find("ETag"), "\"cc-gzip\"");
  EXPECT_LT(script.body.size(), Script().size());
  EXPECT_EQ(Unzipped(script.body), Script());

  EXPECT_EQ(Get("/favicon.svg", {{"Accept-Encoding", "gzip"}}).Find("Content-Encoding"), "");
  EXPECT_EQ(Get("/assets/app.js", {{"Accept-Encoding", "gzip;q=0"}}).body, Script());
}

TEST(PageFiles, SendNothingToACallerWhoHasIt) {
  for (const char* known : {"\"cc\"", "\"cc-gzip\"", "W/\"cc\"", "\"other\", \"cc\"", "*"}) {
    const HttpResponse script = Get("/assets/app.js", {{"If-None-Match", known}});
    EXPECT_EQ(script.status, 304) << known;
    EXPECT_EQ(script.body, "") << known;
    EXPECT_EQ(script.Find("ETag"), "\"cc\"") << known;
    EXPECT_EQ(script.Find("Cache-Control"), "no-cache") << known;
  }
  for (const char* other : {"\"bb\"", "cc", "\"cc"}) {
    EXPECT_EQ(Get("/assets/app.js", {{"If-None-Match", other}}).status, 200) << other;
  }
}

// B61
TEST(PageFiles, HaveNothingBesideWhatIsEmbedded) {
  for (const char* path :
       {"/assets/", "/assets/nothing.js", "/assets/../favicon.svg", "/assets/..%2Ffavicon.svg",
        "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/../../etc/passwd", "/assets//app.js",
        "/assets/app.js/", "/assets/App.js", "/assets/styles", "/assets/app.js%00.css"}) {
    EXPECT_TRUE(Page().Has(path)) << path;
    const HttpResponse answer = Get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.Find("Content-Type"), "application/problem+json") << path;
    EXPECT_NE(answer.body.find("FILE_NOT_FOUND"), std::string::npos) << path;
  }
}

TEST(EmbeddedPage, HasEveryFileThatItsIndexNames) {
  const std::vector<EmbeddedFile> contents = EmbeddedPage();
  const auto find = [&](std::string_view path) {
    return std::find_if(contents.begin(), contents.end(),
                        [path](const EmbeddedFile& one) { return one.path == path; });
  };
  const auto index = find("/index.html");
  ASSERT_NE(index, contents.end());
  int named = 0;
  for (std::size_t at = index->bytes.find("\"/"); at != std::string_view::npos;
       at = index->bytes.find("\"/", at + 1)) {
    const std::string_view path =
        index->bytes.substr(at + 1, index->bytes.find('"', at + 1) - at - 1);
    EXPECT_NE(find(path), contents.end()) << path;
    ++named;
  }
  EXPECT_GT(named, 5);
  EXPECT_NE(find("/assets/dygraph.min.js"), contents.end());
  for (const EmbeddedFile& one : contents) {
    EXPECT_FALSE(one.bytes.empty()) << one.path;
    EXPECT_EQ(one.sha256.size(), 64U) << one.path;
  }
}

}  // namespace
}  // namespace orders::api
