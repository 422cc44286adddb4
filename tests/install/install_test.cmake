function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed with ${result}: ${ARGV}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect text)
  string(FIND "${output}" "${text}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "not printed: ${text}\nprinted:\n${output}")
  endif()
endfunction()

# Given an installed client
file(REMOVE_RECURSE ${WORK_DIR})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --component eventstoredb --prefix ${WORK_DIR}/prefix)
# when a project outside finds it
configure_file(${SOURCE_DIR}/outside_project.cmake ${WORK_DIR}/outside/CMakeLists.txt COPYONLY)
configure_file(${SOURCE_DIR}/outside.cc ${WORK_DIR}/outside/outside.cc COPYONLY)
run(${CMAKE_COMMAND} -S ${WORK_DIR}/outside -B ${WORK_DIR}/build -DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix
    -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
# then its program reads connection strings, and hears why nobody answers.
run(${WORK_DIR}/build/outside)
expect("node-1:2114 node-2:2113 user ada")
expect("UNAVAILABLE")
expect("cannot connect to localhost:1")
file(REMOVE_RECURSE ${WORK_DIR})
