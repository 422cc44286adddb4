# Instrumented programs may take this many times as long; what a test demands of them is the same. It
# scales ctest's time-outs, and those of the tests that run the real programs.
set(ORDERS_TIMEOUT_FACTOR 1)
if(ORDERS_SANITIZE)
  set(ORDERS_TIMEOUT_FACTOR 5)
endif()

# orders_add_test(<name> SOURCES <file>... [ALONE <file>...] [LIBS <target>...] [LABELS <label>...]
#                 [TIMEOUT <seconds>])
# ALONE: sources too, each compiled by itself, since it has names of its own for what others have.
# One gtest executable, one ctest entry: the suites share their set-up, and ctest shows one line each.
function(orders_add_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;ALONE;LIBS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES} ${ARG_ALONE})
  if(ARG_ALONE)
    set_source_files_properties(${ARG_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  target_link_libraries(${name} PRIVATE orders_warnings ${ARG_LIBS} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/bin)
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * ${ORDERS_TIMEOUT_FACTOR}")
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
