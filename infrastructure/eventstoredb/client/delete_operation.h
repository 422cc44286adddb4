#pragma once

#include <memory>

#include "eventstoredb/client.h"
#include "infrastructure/eventstoredb/client/operation.h"

namespace eventstoredb::client {

/// One soft delete or tombstone.
class DeleteOperation final : public Operation {
 public:
  /// `request` is valid, with a deadline.
  DeleteOperation(std::shared_ptr<ClientCore> core, DeleteRequest request, CallOptions options,
                  DeleteCallback done);

 protected:
  void Send(std::shared_ptr<Connection> connection) override;
  /// Deletes bear no ids: a second one is judged anew (protocol section 3.13).
  bool IsRepeatable() const override { return false; }
  void Tell(const absl::Status& error) override { done_(error); }

 private:
  template <typename Response, typename Request, typename Method>
  void Send(const std::shared_ptr<Connection>& connection, Request request, Method method);

  const DeleteRequest request_;
  DeleteCallback done_;  ///< Of the one for whom Finish was true.
};

}  // namespace eventstoredb::client
