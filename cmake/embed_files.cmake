# Writes the bytes of files as C++:
#   cmake -D OUTPUT=FILE -D FUNCTION=NAME -D FILES=PATH=FILE,... -P embed_files.cmake
# FUNCTION is one of api/http/embedded_files.h, PATH where the file is asked for. Bytes become escapes
# of a string: a compiler reads them ten times as fast as numbers of a list.
string(REPLACE "," ";" FILES "${FILES}")
set(arrays "")
set(rows "")
set(number 0)
foreach(entry ${FILES})
  string(REGEX MATCH "^([^=]+)=(.+)$" matched "${entry}")
  set(path "${CMAKE_MATCH_1}")
  set(file "${CMAKE_MATCH_2}")
  file(READ "${file}" bytes HEX)
  file(SHA256 "${file}" hash)
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
  string(APPEND arrays "constexpr char kFile${number}[] = \"${bytes}\";\n")
  string(APPEND rows "    {\"${path}\", {kFile${number}, sizeof(kFile${number}) - 1}, \"${hash}\"},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Made by cmake/embed_files.cmake: do not edit.
#include \"api/http/embedded_files.h\"

namespace orders::api {
namespace {

${arrays}
}  // namespace

std::vector<EmbeddedFile> ${FUNCTION}() {
  return {
${rows}  };
}

}  // namespace orders::api
")
