# The CMakeLists.txt of a project outside of this one: see install_test.cmake.
cmake_minimum_required(VERSION 3.25)
project(outside LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)

find_package(eventstoredb 0.1 REQUIRED)
add_executable(outside outside.cc)
target_link_libraries(outside PRIVATE eventstoredb::client)
