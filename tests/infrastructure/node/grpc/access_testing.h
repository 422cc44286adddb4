#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/channel.h"

#include "event_store/client/users.grpc.pb.h"
#include "tests/infrastructure/node/grpc/node_testing.h"

namespace eventstoredb::testing_support {

namespace users = event_store::client::users;

inline constexpr grpc::StatusCode kOk = grpc::StatusCode::OK;
inline constexpr grpc::StatusCode kDenied = grpc::StatusCode::PERMISSION_DENIED;
inline constexpr grpc::StatusCode kNotKnown = grpc::StatusCode::UNAUTHENTICATED;
inline constexpr grpc::StatusCode kInvalid = grpc::StatusCode::INVALID_ARGUMENT;

/// A node with access control and system projections, on which alice and bob are users of no group
/// and may act under the password "<login>'s". Calls are the administrator's until somebody else
/// acts.
class AccessTest : public NodeTest {
 public:
  /// One unary call on `stub` by whoever acts.
  template <typename Stub, typename Call, typename Request, typename Response>
  Ended Do(Stub& stub, Call method, const Request& request, Response&& response) {
    grpc::ClientContext context;
    Prepare(context);
    return EndOf((stub.*method)(&context, request, &response), context);
  }

 protected:
  void SetUp() override { StartWith({}); }
  /// With few iterations of the hash: what is tested is not how long it takes.
  void StartWith(NodeAccessOptions access);

  void AsAdmin() { ActAs("admin", "changeit"); }
  void AsOps() { ActAs("ops", "changeit"); }
  void AsNobody() { ActAs("", ""); }
  void As(const std::string& login) { ActAs(login, login + "'s"); }

  /// Of the user service, by whoever acts.
  Ended CreateUser(const std::string& login, const std::string& password,
                   const std::vector<std::string>& groups = {});
  struct DetailsAnswer {
    Ended end;
    std::vector<users::DetailsResp::UserDetails> found;
    std::vector<std::string> Logins() const;
  };
  DetailsAnswer Details(const std::string& login);
  users::Users::Stub& user_stub();

  /// By the administrator, whoever acts.
  void SetMetadata(const std::string& stream, const std::string& json);
  void SetSettings(const std::string& json);

  Ended DeleteStream(const std::string& stream);
  Ended AppendOne(const std::string& stream, const std::string& type = "Tested");
  Ended ReadAny(const std::string& stream) { return Read(ReadStreamFromStart(stream, 10)).end; }

 private:
  void AppendAsAdmin(const std::string& stream, const std::string& type, const std::string& json);

  std::unique_ptr<users::Users::Stub> user_stub_;
  std::shared_ptr<grpc::Channel> user_channel_;
  std::uint64_t next_access_id_ = 0x100000;
};

/// One call of any method, by its path "/package.Service/Method", with a message of no bytes; ends
/// at its first answer. Empty `authorization`: without credentials.
Ended CallWithNothing(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                      const std::string& authorization);

}  // namespace eventstoredb::testing_support
