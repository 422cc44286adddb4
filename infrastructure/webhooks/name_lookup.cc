#include "infrastructure/webhooks/name_lookup.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include <netdb.h>
#include <sys/socket.h>

#include "absl/strings/str_cat.h"

namespace orders::infrastructure {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t kAddressesMax = 16;  // Tried of one name.

std::optional<ip::address> AddressOf(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(address);
    return ip::address_v4(ntohl(v4->sin_addr.s_addr));
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(address);
  ip::address_v6::bytes_type bytes;
  std::copy(std::begin(v6->sin6_addr.s6_addr), std::end(v6->sin6_addr.s6_addr), bytes.begin());
  return ip::address_v6(bytes);
}

NameLookup::Answer Ask(const std::string& host) {
  const addrinfo hints{
      .ai_flags = AI_ADDRCONFIG, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (code != 0) return {.error = absl::StrCat(host, " was not found: ", gai_strerror(code))};
  NameLookup::Answer answer;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    const std::optional<ip::address> address = AddressOf(one->ai_addr);
    if (!address.has_value() || answer.addresses.size() >= kAddressesMax) continue;
    answer.addresses.push_back(*address);
  }
  freeaddrinfo(found);
  if (answer.addresses.empty()) answer.error = absl::StrCat(host, " has no address");
  return answer;
}

}  // namespace

struct NameLookup::State {
  struct Question {
    std::string host;
    Done done;
  };
  absl::Mutex mutex;
  std::deque<Question> waiting ABSL_GUARDED_BY(mutex);
  std::size_t asking ABSL_GUARDED_BY(mutex) = 0;
  bool is_over ABSL_GUARDED_BY(mutex) = false;

  /// Answers one question after the other, until there is none.
  static void Run(const std::shared_ptr<State>& state) {
    while (true) {
      std::optional<Question> question;
      {
        const absl::MutexLock lock(&state->mutex);
        if (state->is_over || state->waiting.empty()) {
          --state->asking;
          return;
        }
        question = std::move(state->waiting.front());
        state->waiting.pop_front();
      }
      Answer answer = Ask(question->host);
      // Under the lock, so that the destructor waits for a callback that runs.
      const absl::MutexLock lock(&state->mutex);
      if (!state->is_over) question->done(std::move(answer));
    }
  }
};

NameLookup::NameLookup() : state_(std::make_shared<State>()) {}

NameLookup::~NameLookup() {
  const absl::MutexLock lock(&state_->mutex);
  state_->is_over = true;
  state_->waiting.clear();
}

void NameLookup::Find(const std::string& host, Done done) {
  boost::system::error_code error;
  if (const ip::address address = ip::make_address(host, error); !error) {
    return done({.addresses = {address}});
  }
  bool needs_thread = false;
  {
    const absl::MutexLock lock(&state_->mutex);
    if (state_->waiting.size() < kWaitingMax) {
      state_->waiting.push_back({host, std::move(done)});
      needs_thread = state_->asking < kLookupsMax;
      if (needs_thread) ++state_->asking;
    } else {
      error =
          boost::system::errc::make_error_code(boost::system::errc::resource_unavailable_try_again);
    }
  }
  if (needs_thread) std::thread([state = state_] { State::Run(state); }).detach();
  if (error == boost::system::errc::resource_unavailable_try_again) {
    done({.error = "too many names wait to be looked up"});
  }
}

}  // namespace orders::infrastructure
