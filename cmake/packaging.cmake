# `cmake --install build/release --component orders`, and `cpack` in that folder: orderd, orderctl and
# what a machine that runs them needs, as a Debian package.
include(GNUInstallDirs)
set(DOC_DIR ${CMAKE_INSTALL_DATAROOTDIR}/doc/orders)
set(MAN_DIR ${CMAKE_INSTALL_DATAROOTDIR}/man/man1)
set(MADE_DIR ${CMAKE_BINARY_DIR}/packaging)

# What the programs say of themselves.
function(orders_made_by program file)
  add_custom_command(OUTPUT ${MADE_DIR}/${file}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${MADE_DIR}
    COMMAND $<TARGET_FILE:${program}> ${ARGN} > ${MADE_DIR}/${file}
    DEPENDS ${program} VERBATIM)
endfunction()
orders_made_by(orderd orderd.toml --print-config)
orders_made_by(orderd orderd.1 --print-manual)
orders_made_by(orderctl orderctl.1 man)
orders_made_by(orderctl orderctl.bash completion bash)
orders_made_by(orderctl _orderctl completion zsh)
orders_made_by(orderctl orderctl.fish completion fish)
add_custom_command(OUTPUT ${MADE_DIR}/changelog.gz ${MADE_DIR}/orderd.1.gz ${MADE_DIR}/orderctl.1.gz
  COMMAND ${CMAKE_COMMAND} -E copy ${PROJECT_SOURCE_DIR}/deploy/debian/changelog ${MADE_DIR}/changelog
  COMMAND gzip -9nfk changelog orderd.1 orderctl.1
  WORKING_DIRECTORY ${MADE_DIR}
  DEPENDS ${PROJECT_SOURCE_DIR}/deploy/debian/changelog ${MADE_DIR}/orderd.1 ${MADE_DIR}/orderctl.1)
add_custom_target(orders_packaging ALL
  DEPENDS ${MADE_DIR}/orderd.toml ${MADE_DIR}/orderctl.bash ${MADE_DIR}/_orderctl
          ${MADE_DIR}/orderctl.fish ${MADE_DIR}/changelog.gz)

install(TARGETS orderd orderctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT orders)
install(FILES ${MADE_DIR}/orderd.1.gz ${MADE_DIR}/orderctl.1.gz
  DESTINATION ${MAN_DIR} COMPONENT orders)
install(FILES ${MADE_DIR}/orderctl.bash RENAME orderctl
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions COMPONENT orders)
install(FILES ${MADE_DIR}/_orderctl
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/zsh/vendor-completions COMPONENT orders)
install(FILES ${MADE_DIR}/orderctl.fish
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/fish/vendor_completions.d COMPONENT orders)
install(FILES deploy/systemd/orderd.service DESTINATION lib/systemd/system COMPONENT orders)
install(FILES ${MADE_DIR}/orderd.toml DESTINATION ${CMAKE_INSTALL_SYSCONFDIR}/orders
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ COMPONENT orders)
install(FILES docs/access.md docs/api.md docs/operations.md docs/orderctl.md deploy/debian/copyright
              ${MADE_DIR}/changelog.gz
  DESTINATION ${DOC_DIR} COMPONENT orders)
install(FILES deploy/prometheus/alerts.yml deploy/grafana/orders.json
  DESTINATION ${DOC_DIR}/examples COMPONENT orders)

set(CPACK_GENERATOR DEB)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/package_layout.cmake)
set(CPACK_PACKAGE_NAME orders)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The maintainers of orders <maintainers@orders.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL orders)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "event-sourced order service, with an event store of its own
Keeps orders as events: every change is recorded with who did it and why,
repeats are answered once, and the state of any moment can be asked for. It
runs alone on an embedded durable store, or on EventStoreDB, and serves gRPC
and HTTP/JSON.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/deploy/debian/postinst ${PROJECT_SOURCE_DIR}/deploy/debian/prerm
  ${PROJECT_SOURCE_DIR}/deploy/debian/postrm ${PROJECT_SOURCE_DIR}/deploy/debian/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
