#pragma once

namespace orders::api {

/// How orderd ends; the numbers of sysexits.h.
enum class ExitCode : int {
  kOk = 0,
  kUsage = 64,        ///< A flag or variable that is not understood.
  kDataDamaged = 65,  ///< The log is corrupt or shorter than what it had acknowledged.
  kUnavailable = 69,  ///< The address is in use.
  kInternal = 70,
  kSystem = 71,        ///< No threads or other means of the system.
  kCannotCreate = 73,  ///< The data path is no directory and cannot become one.
  kIo = 74,            ///< A write or sync failed: what is on disk is known only after a restart.
  kInUse = 75,         ///< Another process holds the data.
  kNoPermission = 77,
  kConfig = 78,  ///< Settings or files that cannot be used; data of a newer version.
};

}  // namespace orders::api
