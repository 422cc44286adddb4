# `cmake --install <build> --component eventstoredb`: the client for projects outside of this one, by
# find_package(eventstoredb) and eventstoredb::client. The generated code has an include root of its
# own, so that it meets no other copy of google/rpc.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/eventstoredb)
set(PROTO_INCLUDE_DIR ${CMAKE_INSTALL_INCLUDEDIR}/eventstoredb_proto)

target_include_directories(googleapis_proto SYSTEM INTERFACE $<INSTALL_INTERFACE:${PROTO_INCLUDE_DIR}>)
set_target_properties(eventstoredb_client PROPERTIES EXPORT_NAME client)
set_target_properties(eventstoredb_core PROPERTIES EXPORT_NAME core)
set_target_properties(eventstoredb_proto PROPERTIES EXPORT_NAME proto)
set_target_properties(googleapis_proto PROPERTIES EXPORT_NAME googleapis_proto)

install(TARGETS eventstoredb_client eventstoredb_core eventstoredb_proto googleapis_proto
  EXPORT eventstoredb
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT eventstoredb)
install(EXPORT eventstoredb NAMESPACE eventstoredb:: FILE eventstoredb-targets.cmake
  DESTINATION ${PACKAGE_DIR} COMPONENT eventstoredb)
install(DIRECTORY include/eventstoredb
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT eventstoredb)
install(DIRECTORY ${PROJECT_BINARY_DIR}/proto/generated/event_store
                  ${PROJECT_BINARY_DIR}/proto/generated/google
  DESTINATION ${PROTO_INCLUDE_DIR} COMPONENT eventstoredb
  FILES_MATCHING PATTERN *.h)

configure_package_config_file(cmake/eventstoredb-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/eventstoredb-config.cmake INSTALL_DESTINATION ${PACKAGE_DIR})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/eventstoredb-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/eventstoredb-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/eventstoredb-config-version.cmake
  DESTINATION ${PACKAGE_DIR} COMPONENT eventstoredb)
