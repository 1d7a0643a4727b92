# Turns text files into one C++ source, so that the program carries them wherever it runs.
#   include(embed), then weft_embed(target file...): adds the source to the target;
#   as a script: cmake -D OUTPUT=file.cc -D ROOT=dir -D FILES=a;b -P embed.cmake

if(CMAKE_SCRIPT_MODE_FILE)
  set(source "// Made by cmake/embed.cmake.\n#include \"corpora/embedded.h\"\n\n#include <array>\n\n")
  string(APPEND source "namespace weft {\nnamespace {\n\n")
  set(entries "")
  set(count 0)
  foreach(path IN LISTS FILES)
    file(READ "${ROOT}/${path}" text)
    string(FIND "${text}" ")weft_embed\"" clash)
    if(NOT clash EQUAL -1)
      message(FATAL_ERROR "${path} holds the sign that ends an embedded text")
    endif()
    string(APPEND source "constexpr char kText${count}[] = R\"weft_embed(${text})weft_embed\";\n\n")
    string(APPEND entries "    EmbeddedFile{\"${path}\", {kText${count}, sizeof(kText${count}) - 1}},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  string(APPEND source "constexpr std::array<EmbeddedFile, ${count}> kFiles = {\n${entries}};\n\n")
  string(APPEND source "}  // namespace\n\n")
  string(APPEND source "std::span<const EmbeddedFile> embedded_files() { return kFiles; }\n\n")
  string(APPEND source "}  // namespace weft\n")
  file(WRITE "${OUTPUT}" "${source}")
  return()
endif()

set(WEFT_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(weft_embed target)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}_embedded.cc)
  set(paths "")
  foreach(file ${ARGN})
    file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${file})
    list(APPEND paths ${path})
  endforeach()
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -D OUTPUT=${output} -D ROOT=${CMAKE_SOURCE_DIR} "-DFILES=${paths}"
      -P ${WEFT_EMBED_SCRIPT}
    DEPENDS ${ARGN} ${WEFT_EMBED_SCRIPT} VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
