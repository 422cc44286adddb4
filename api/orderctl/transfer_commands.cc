#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/event_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/interrupt.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/options.h"

namespace orders::api {
namespace {

constexpr const char* kTransferGroup = "Running it";
constexpr int kBatchEventsMax = 500;
constexpr absl::Duration kReopenMax = absl::Minutes(1);
constexpr absl::Duration kReopenPause = absl::Milliseconds(50);
constexpr absl::Duration kHealthMax = absl::Seconds(5);
constexpr std::size_t kBatchBytesMax = 512 << 10;
constexpr std::size_t kEventBytesMax = 3 << 20;  // A message that the service takes has 4 MiB.

/// Where an export goes: standard output, or a file that bears its name only when it is whole.
class ExportTarget {
 public:
  ExportTarget(Session& session, const std::string& path) : session_(session), path_(path) {}
  ~ExportTarget() {
    if (file_ < 0) return;
    close(file_);
    unlink(partial().c_str());
  }
  bool Open() {
    if (path_.empty()) return true;
    file_ = open(partial().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return file_ >= 0 || Fail("open");
  }
  bool Write(const std::string& text) {
    if (path_.empty()) return session_.out().Write(text);
    std::size_t done = 0;
    while (done < text.size()) {
      const ssize_t wrote = write(file_, text.data() + done, text.size() - done);
      if (wrote < 0 && errno != EINTR) return Fail("write");
      if (wrote > 0) done += static_cast<std::size_t>(wrote);
    }
    return true;
  }
  bool Finish() {
    if (path_.empty()) return true;
    if (fsync(file_) != 0) return Fail("sync");
    if (std::rename(partial().c_str(), path_.c_str()) != 0) return Fail("rename");
    close(file_);
    file_ = -1;
    return true;
  }

 private:
  std::string partial() const { return path_ + ".partial"; }
  bool Fail(const char* what) {
    WriteErrorLine(
        absl::StrCat("orderctl: cannot ", what, " ", partial(), ": ", std::strerror(errno)));
    return false;
  }

  Session& session_;
  const std::string path_;
  int file_ = -1;
};

int Export(Session& session, const std::string& path) {
  ExportTarget target(session, path);
  if (!target.Open()) return kExitOutput;
  grpc::ClientContext context;
  session.PrepareStream(context);
  const Interrupt interrupt([&context] { context.TryCancel(); });
  const auto reader = session.admin().ExportEvents(&context, {});
  v1::ExportEventsResponse message;
  bool is_open = true;
  std::int64_t events = 0;
  while (is_open && reader->Read(&message)) {
    std::string text;
    for (const v1::StoredEvent& event : message.events()) {
      absl::StrAppend(&text, EventLine(event), "\n");
    }
    events += message.events_size();
    is_open = target.Write(text);
  }
  if (!is_open) context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (!is_open) return kExitOutput;
  if (Interrupt::WasAsked()) return kExitInterrupted;
  if (!status.ok()) return session.Fail(status);
  if (!target.Finish()) return kExitOutput;
  if (!path.empty()) WriteErrorLine(absl::StrCat("exported ", events, " events to ", path));
  return kExitOk;
}

struct ImportArguments {
  std::string path;
  bool dry_run = false;
};

/// The lines of a file or of standard input, one after the other.
class Lines {
 public:
  bool Open(const std::string& path) {
    if (path == "-") return true;
    file_.open(path, std::ios::binary);
    stream_ = &file_;
    return file_.good();
  }
  /// Absent at the end. Error: InvalidArgument, what is wrong with the line of `number()`.
  absl::StatusOr<std::optional<v1::StoredEvent>> Next() {
    if (!std::getline(*stream_, line_)) {
      if (stream_->bad()) return absl::InvalidArgumentError("cannot be read");
      return std::nullopt;
    }
    ++number_;
    if (stream_->eof()) {
      return absl::InvalidArgumentError("has no end: the file is cut off; take the whole again");
    }
    if (line_.size() > kEventLineBytesMax) return absl::InvalidArgumentError("is too long");
    absl::StatusOr<v1::StoredEvent> event = ParseEventLine(line_);
    if (!event.ok()) return event.status();
    if (event->ByteSizeLong() > kEventBytesMax) return absl::InvalidArgumentError("is too large");
    return std::optional<v1::StoredEvent>(*std::move(event));
  }
  std::uint64_t number() const { return number_; }

 private:
  std::ifstream file_;
  std::istream* stream_ = &std::cin;
  std::string line_;
  std::uint64_t number_ = 0;
};

/// The generation of the service's store; absent: it does not answer now.
std::optional<std::uint64_t> GenerationOf(Session& session, absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  context.set_wait_for_ready(true);
  v1::GetHealthResponse health;
  if (!session.admin().GetHealth(&context, {}, &health).ok()) return std::nullopt;
  return health.store().generation();
}

/// After an import the service opens its store anew: whoever goes on with the service needs that.
void AwaitReopened(Session& session, std::uint64_t generation) {
  const absl::Time until = absl::Now() + kReopenMax;
  while (absl::Now() < until && !Interrupt::WasAsked()) {
    const std::optional<std::uint64_t> now = GenerationOf(session, kHealthMax);
    if (now.has_value() && *now != generation) return;
    absl::SleepFor(kReopenPause);
  }
  WriteErrorLine(
      "orderctl: warning: all is imported, but the service is not back yet: see its log, and "
      "orderctl health");
}

int Import(Session& session, const ImportArguments& arguments) {
  Lines lines;
  if (!lines.Open(arguments.path)) {
    WriteErrorLine(
        absl::StrCat("orderctl: cannot read ", arguments.path, ": ", std::strerror(errno)));
    return kExitNotFound;
  }
  const std::optional<std::uint64_t> generation = GenerationOf(session, session.options().timeout);
  grpc::ClientContext context;
  session.PrepareStream(context);
  const Interrupt interrupt([&context] { context.TryCancel(); });
  v1::ImportEventsResponse answer;
  const auto writer = session.admin().ImportEvents(&context, &answer);

  absl::Status bad;
  bool at_end = false;
  bool is_open = true;
  while (is_open && !at_end && bad.ok()) {
    v1::ImportEventsRequest batch;
    batch.set_dry_run(arguments.dry_run);
    batch.set_first_line(lines.number() + 1);
    std::size_t bytes = 0;
    while (batch.events_size() < kBatchEventsMax && bytes < kBatchBytesMax) {
      absl::StatusOr<std::optional<v1::StoredEvent>> event = lines.Next();
      bad = event.status();
      at_end = bad.ok() && !event->has_value();
      if (!bad.ok() || at_end) break;
      bytes += (*event)->ByteSizeLong();
      *batch.add_events() = **std::move(event);
    }
    // The lines before a bad one are good, unless the service says otherwise.
    batch.set_complete(at_end);
    is_open = writer->Write(batch);
  }
  if (is_open) writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (Interrupt::WasAsked()) {
    WriteErrorLine("begin again with the same lines: what is there already is passed over");
    return kExitInterrupted;
  }
  if (!status.ok() && (bad.ok() || status.error_code() != grpc::CANCELLED)) {
    return session.Fail(status, "begin again with the same lines");
  }
  if (!bad.ok()) {
    WriteErrorLine(
        absl::StrCat("orderctl: line ", lines.number(), ": ", std::string(bad.message())));
    if (!arguments.dry_run) {
      WriteErrorLine("  the lines before it may be in the store; correct it and begin again");
    }
    return kExitData;
  }
  if (answer.written() > 0 && !arguments.dry_run) AwaitReopened(session, generation.value_or(0));
  if (session.options().output != OutputForm::kTable) {
    session.out().Write(JsonLine(answer));
    return kExitOk;
  }
  session.out().Write(
      arguments.dry_run ? absl::StrCat("would import: ", answer.events(), " events of ",
                                       answer.orders(), " orders are good; nothing was written\n")
                        : absl::StrCat("imported ", answer.events(), " events of ", answer.orders(),
                                       " orders, ", answer.written(), " of them new\n"));
  return kExitOk;
}

int Backup(Session& session, const v1::BackupRequest& request) {
  grpc::ClientContext context;
  session.PrepareStream(context);
  const Interrupt interrupt([&context] { context.TryCancel(); });
  v1::BackupResponse answer;
  const grpc::Status status = session.admin().Backup(&context, request, &answer);
  if (Interrupt::WasAsked()) return kExitInterrupted;
  if (!status.ok()) return session.Fail(status);
  session.out().Write(
      session.options().output == OutputForm::kTable
          ? absl::StrCat("backed up ", answer.bytes(), " bytes to ", request.folder(), "\n")
          : JsonLine(answer));
  return kExitOk;
}

}  // namespace

void AddTransferCommands(CommandLine& line) {
  const auto path = std::make_shared<std::string>();
  CLI::App& exported =
      line.Add("export", kTransferGroup, "All events of all orders, one JSON object a line",
               [path](Session& session) { return Export(session, *path); });
  AddText(exported, "--file",
          "Write them there [standard output]; the name appears when it is whole", "FILE",
          [path](std::string text) { *path = std::move(text); });

  const auto arguments = std::make_shared<ImportArguments>();
  CLI::App& imported =
      line.Add("import", kTransferGroup, "Put exported events into a store without orders",
               [arguments](Session& session) { return Import(session, *arguments); });
  AddText(imported, "FILE", "What export wrote; - for standard input", "",
          [arguments](std::string text) { arguments->path = std::move(text); })
      ->required();
  AddSwitch(imported, "--dry-run", "Check everything, write nothing",
            [arguments] { arguments->dry_run = true; });

  const auto request = std::make_shared<v1::BackupRequest>();
  CLI::App& backup =
      line.Add("backup", kTransferGroup, "A copy of the embedded log, while the service runs",
               [request](Session& session) { return Backup(session, *request); });
  AddText(backup, "DIR", "An absolute path of the service's machine, new or empty", "",
          [request](std::string text) { request->set_folder(std::move(text)); })
      ->required();
}

}  // namespace orders::api
