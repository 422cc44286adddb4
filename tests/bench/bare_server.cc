// What gRPC and SQLite give without a service: an echo, and one durable group-committed insert.
// Prints "ready HOST:PORT"; ends when its standard input does.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sqlite3.h>

#include "absl/synchronization/mutex.h"
#include <grpcpp/grpcpp.h>

#include "bench.grpc.pb.h"

namespace orders::bench {
namespace {

constexpr std::size_t kGroupMax = 1'024;

void Check(int code, sqlite3* database) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  std::cerr << "sqlite: " << sqlite3_errmsg(database) << "\n";
  std::exit(70);
}

// One writer thread; every group is one transaction and one sync.
class GroupCommit {
 public:
  struct Insert {
    const Payload* request;
    Inserted* response;
    grpc::ServerUnaryReactor* reactor;
  };

  explicit GroupCommit(const std::string& path) {
    Check(sqlite3_open(path.c_str(), &database_), database_);
    Execute("PRAGMA journal_mode=WAL");
    Execute("PRAGMA synchronous=FULL");
    Execute(
        "CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER "
        "NOT NULL, data BLOB NOT NULL)");
    Execute("CREATE UNIQUE INDEX by_stream ON events (stream, revision)");
    Check(sqlite3_prepare_v2(database_, "INSERT INTO events VALUES (?, ?, 0, ?)", -1, &insert_,
                             nullptr),
          database_);
    writer_ = std::thread([this] { Run(); });
  }

  ~GroupCommit() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    writer_.join();
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }

  void Post(Insert insert) {
    bool first = false;
    {
      std::lock_guard lock(mutex_);
      first = waiting_.empty();
      waiting_.push_back(insert);
    }
    if (first) wake_.notify_one();
  }

 private:
  void Execute(const char* sql) {
    Check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr), database_);
  }

  void Run() {
    std::vector<Insert> group;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        group.swap(waiting_);
      }
      for (std::size_t begin = 0; begin < group.size(); begin += kGroupMax) {
        Commit(group, begin, std::min(group.size(), begin + kGroupMax));
      }
      group.clear();
    }
  }

  void Commit(const std::vector<Insert>& group, std::size_t begin, std::size_t end) {
    Execute("BEGIN IMMEDIATE");
    for (std::size_t i = begin; i < end; ++i) {
      const std::string& data = group[i].request->data();
      const std::string stream = "order-" + std::to_string(++position_);
      sqlite3_bind_int64(insert_, 1, position_);
      sqlite3_bind_text(insert_, 2, stream.data(), static_cast<int>(stream.size()), SQLITE_STATIC);
      sqlite3_bind_blob(insert_, 3, data.data(), static_cast<int>(data.size()), SQLITE_STATIC);
      Check(sqlite3_step(insert_), database_);
      sqlite3_reset(insert_);
      group[i].response->set_position(position_);
    }
    Execute("COMMIT");
    for (std::size_t i = begin; i < end; ++i) group[i].reactor->Finish(grpc::Status::OK);
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::int64_t position_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Insert> waiting_;
  bool stopping_ = false;
  std::thread writer_;
};

class BareService final : public Bench::CallbackService {
 public:
  explicit BareService(GroupCommit& commits) : commits_(commits) {}

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const Payload* request,
                                 Payload* response) override {
    response->set_data(request->data());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerUnaryReactor* Insert(grpc::CallbackServerContext* context, const Payload* request,
                                   Inserted* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    commits_.Post({request, response, reactor});
    return reactor;
  }

 private:
  GroupCommit& commits_;
};

int Main(const std::string& database_path) {
  GroupCommit commits(database_path);
  BareService service(commits);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  std::cout << "ready 127.0.0.1:" << port << std::endl;
  while (std::cin.get() != std::char_traits<char>::eof()) {
  }
  server->Shutdown();
  return 0;
}

}  // namespace
}  // namespace orders::bench

int main(int argc, char** argv) {
  // As orderd does: the comparison is not to be with a check that only one of them pays for.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 2) {
    std::cerr << "usage: bench_bare_server DATABASE_FILE\n";
    return 64;
  }
  return orders::bench::Main(argv[1]);
}
