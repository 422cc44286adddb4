#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace orders::testing_support {

/// Thousands of connections, as one thread can have them. Not thread-safe.
class HttpCrowd {
 public:
  /// Called by Read: `bytes` came on a connection; none: its peer has closed it.
  using OnBytes = std::function<void(std::size_t connection, std::string_view bytes)>;

  /// `address`: HOST:PORT of IPv4.
  HttpCrowd(const std::string& address, OnBytes on_bytes);
  ~HttpCrowd();
  HttpCrowd(const HttpCrowd&) = delete;
  HttpCrowd& operator=(const HttpCrowd&) = delete;

  /// Connects, and sends `bytes`. The connections are numbered from 0. False: it failed.
  bool Open(std::string_view bytes);
  /// What the socket does not take at once is left out. Of one that is closed: does nothing.
  void Send(std::size_t connection, std::string_view bytes);
  /// Reads what comes, and waits for it at most so long.
  void Read(absl::Duration patience);

  std::size_t size() const { return descriptors_.size(); }
  /// Those that nobody has closed.
  std::size_t open() const { return open_; }

  /// Lets this process, and those that it starts, have as many sockets as it may. False: those are
  /// fewer than `sockets`.
  static bool RaiseLimit(std::size_t sockets);

 private:
  void ReadOne(std::size_t connection);

  const std::string address_;
  const OnBytes on_bytes_;
  int epoll_ = -1;
  std::vector<int> descriptors_;  ///< -1: closed.
  std::size_t open_ = 0;
};

}  // namespace orders::testing_support
