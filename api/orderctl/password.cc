#include "api/orderctl/password.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

constexpr std::size_t kPasswordBytesMax = 1'024;

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

absl::StatusOr<std::string> ReadLine(std::FILE& file, absl::string_view name) {
  std::string text(kPasswordBytesMax + 3, '\0');  // A line's end, and a byte that is too many.
  text.resize(std::fread(text.data(), 1, text.size(), &file));
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (!text.empty() && text.back() == '\r') text.pop_back();
  const bool is_line = !text.empty() && text.size() <= kPasswordBytesMax &&
                       text.find('\n') == std::string::npos && IsValidUtf8(text);
  if (std::ferror(&file) == 0 && is_line) return text;
  OPENSSL_cleanse(text.data(), text.size());
  return absl::InvalidArgumentError(absl::StrCat("--password-file: ", name,
                                                 " is not one line of 1 to ", kPasswordBytesMax,
                                                 " bytes of UTF-8, and no other line"));
}

absl::StatusOr<std::string> AskOnTerminal(absl::string_view whose) {
  // OpenSSL would read standard input instead.
  const int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) {
    return absl::InvalidArgumentError(
        "there is no terminal to ask for the password on: name a file that holds it with "
        "--password-file, or - for standard input");
  }
  close(terminal);
  std::array<char, kPasswordBytesMax + 1> typed = {};
  const std::string prompt = absl::StrCat("Password of ", Printable(whose), ": ");
  const int result = EVP_read_pw_string_min(typed.data(), 1, kPasswordBytesMax, prompt.c_str(), 1);
  const std::string password(typed.data());
  OPENSSL_cleanse(typed.data(), typed.size());
  if (result == 0) return password;
  constexpr int kInterrupted = -2;
  if (result == kInterrupted) return absl::CancelledError("interrupted");
  return absl::InvalidArgumentError("no password was typed, or not twice the same");
}

}  // namespace

absl::StatusOr<std::string> ReadPassword(const std::string& file, absl::string_view whose) {
  if (file.empty()) return AskOnTerminal(whose);
  if (file == "-") return ReadLine(*stdin, "standard input");
  const File opened(std::fopen(file.c_str(), "rbe"), std::fclose);
  if (opened == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("--password-file: ", file, ": ", std::strerror(errno)));
  }
  return ReadLine(*opened, file);
}

}  // namespace orders::api
