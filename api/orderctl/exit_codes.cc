#include "api/orderctl/exit_codes.h"

namespace orders::api {

int ExitCodeFor(grpc::StatusCode code) {
  switch (code) {
    case grpc::OK:
      return kExitOk;
    case grpc::FAILED_PRECONDITION:
    case grpc::ALREADY_EXISTS:
      return kExitRefused;
    case grpc::INVALID_ARGUMENT:
    case grpc::OUT_OF_RANGE:
    case grpc::DATA_LOSS:
      return kExitData;
    case grpc::NOT_FOUND:
      return kExitNotFound;
    case grpc::UNAVAILABLE:
      return kExitUnavailable;
    case grpc::ABORTED:
    case grpc::RESOURCE_EXHAUSTED:
    case grpc::DEADLINE_EXCEEDED:
    case grpc::CANCELLED:
      return kExitTryAgain;
    case grpc::UNIMPLEMENTED:
      return kExitProtocol;
    case grpc::PERMISSION_DENIED:
    case grpc::UNAUTHENTICATED:
      return kExitPermission;
    default:
      return kExitInternal;
  }
}

absl::string_view StatusCodeName(grpc::StatusCode code) {
  switch (code) {
    case grpc::OK:
      return "OK";
    case grpc::CANCELLED:
      return "CANCELLED";
    case grpc::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case grpc::NOT_FOUND:
      return "NOT_FOUND";
    case grpc::ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case grpc::PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case grpc::UNAUTHENTICATED:
      return "UNAUTHENTICATED";
    case grpc::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case grpc::ABORTED:
      return "ABORTED";
    case grpc::OUT_OF_RANGE:
      return "OUT_OF_RANGE";
    case grpc::UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case grpc::INTERNAL:
      return "INTERNAL";
    case grpc::UNAVAILABLE:
      return "UNAVAILABLE";
    case grpc::DATA_LOSS:
      return "DATA_LOSS";
    default:
      return "UNKNOWN";
  }
}

absl::string_view ExitCodesHelp() {
  return "Exit codes:\n"
         "    0  done\n"
         "    1  refused by the order's rules (FAILED_PRECONDITION, ALREADY_EXISTS)\n"
         "   64  wrong command line; nothing was sent\n"
         "   65  a value that the service does not take, or damaged data (INVALID_ARGUMENT,\n"
         "       OUT_OF_RANGE, DATA_LOSS)\n"
         "   66  no such order or customer (NOT_FOUND)\n"
         "   69  cannot connect, or the service cannot answer now (UNAVAILABLE)\n"
         "   70  internal error; demo: the sums do not agree (INTERNAL, UNKNOWN)\n"
         "   74  the output could not be written\n"
         "   75  try again: lost a race, a bound was reached, outcome unknown (ABORTED,\n"
         "       RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED, CANCELLED)\n"
         "   76  the server does not know this call (UNIMPLEMENTED)\n"
         "   77  not allowed (PERMISSION_DENIED, UNAUTHENTICATED)\n"
         "  130  interrupted\n"
         "After 69 and 75 a command may have been carried out: repeat it with the same "
         "--request-id,\n"
         "and it is done once.";
}

}  // namespace orders::api
