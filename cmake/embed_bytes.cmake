# Writes the bytes of files as C++:
#   cmake -D OUTPUT=FILE -D NAMESPACE=NAME -D FILES=SYMBOL=FILE,... -P embed_bytes.cmake
# Each SYMBOL is a std::string_view that a header of ours declares. Bytes become escapes of a string:
# a compiler reads them ten times as fast as numbers of a list.
string(REPLACE "," ";" FILES "${FILES}")
set(text "// Made by cmake/embed_bytes.cmake: do not edit.
#include <string_view>

namespace ${NAMESPACE} {
")
foreach(entry ${FILES})
  string(REGEX MATCH "^([^=]+)=(.+)$" matched "${entry}")
  set(symbol ${CMAKE_MATCH_1})
  file(READ "${CMAKE_MATCH_2}" bytes HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
  string(APPEND text "static constexpr char ${symbol}Bytes[] = \"${bytes}\";
extern const std::string_view ${symbol}(${symbol}Bytes, sizeof(${symbol}Bytes) - 1);
")
endforeach()
file(WRITE "${OUTPUT}" "${text}}  // namespace ${NAMESPACE}
")
