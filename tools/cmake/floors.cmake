# One library target a floor, linked only downward; tests/style checks the same of the include lines.

add_library(fullforce_flags INTERFACE)
target_compile_options(fullforce_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow)
# errno is never read after a call of the maths library; a * b + c is one rounding everywhere, so that all tiles agree.
target_compile_options(fullforce_flags INTERFACE -fno-math-errno -ffp-contract=fast)
# Vectors wider than the processor's registers never leave the file that they are in.
target_compile_options(fullforce_flags INTERFACE -Wno-psabi)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # For some processors GCC joins them in wide registers but not in narrow ones.
  target_compile_options(fullforce_flags INTERFACE --param=avoid-fma-max-bits=0)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns of its own AVX-512 headers (GCC bug 105593).
  target_compile_options(fullforce_flags INTERFACE -Wno-maybe-uninitialized -Wno-uninitialized)
endif()
if(FULLFORCE_WERROR)
  target_compile_options(fullforce_flags INTERFACE -Werror)
endif()
if(FULLFORCE_NATIVE)
  target_compile_options(fullforce_flags INTERFACE -march=native)
endif()
if(FULLFORCE_SANITIZE)
  target_compile_options(fullforce_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(fullforce_flags INTERFACE -fsanitize=address,undefined)
endif()
if(FULLFORCE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    message(FATAL_ERROR "FULLFORCE_FUZZ needs Clang with libFuzzer, and ${CMAKE_CXX_COMPILER} is ${CMAKE_CXX_COMPILER_ID} "
      "(on Debian or Ubuntu: tools/install-dependencies.sh --fuzz, then cmake --preset fuzz in a fresh build folder)")
  endif()
  set(fuzz_sanitizers address,undefined,float-cast-overflow)
  target_compile_options(fullforce_flags INTERFACE -fsanitize=fuzzer-no-link,${fuzz_sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_definitions(fullforce_flags INTERFACE _GLIBCXX_ASSERTIONS)
  target_link_options(fullforce_flags INTERFACE -fsanitize=${fuzz_sanitizers})
endif()
if(FULLFORCE_AUDIT)
  target_compile_definitions(fullforce_flags INTERFACE FULLFORCE_AUDIT=1)
endif()

# Headers that nearly every source includes are read once. A compiler cache knows a source by its text, which a
# precompiled header would hide; sources must compile without, too, which the debug preset sees to.
set(precompile_default ON)
if(CMAKE_CXX_COMPILER_LAUNCHER)
  set(precompile_default OFF)
endif()
option(FULLFORCE_PRECOMPILE "Precompile the headers that nearly every source includes" ${precompile_default})
set(FULLFORCE_COMMON_HEADERS <fmt/format.h> <mpi.h> <omp.h> <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <limits>
  <memory> <optional> <span> <string> <string_view> <utility> <vector>)

# fullforce_precompile(TARGET HOME header...): TARGET reads what was precompiled for HOME, which must have the same compiler flags;
# if it is HOME itself, precompiles the headers.
function(fullforce_precompile target home)
  if(NOT FULLFORCE_PRECOMPILE)
    return()
  endif()
  if(target STREQUAL home)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${home})
  endif()
endfunction()

# fullforce_floor(NAME [USES floor-or-library...] [PRIVATE library...] [SOURCES file...] [ONE_RANK] [INTERNAL])
#
# The sources are the files of the floor's folder and those below it; SOURCES are further ones. PRIVATE libraries are
# those that the floor's own sources and unit tests include. A floor that does not know of ranks is tested on ONE_RANK.
# An INTERNAL floor is not installed.
function(fullforce_floor name)
  cmake_parse_arguments(FLOOR "ONE_RANK;INTERNAL" "" "SOURCES;USES;PRIVATE" ${ARGN})
  set(target fullforce_${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${name}/main.cpp)
  add_library(${target} STATIC ${sources} ${FLOOR_SOURCES})
  add_library(fullforce::${name} ALIAS ${target})
  set(ranks 1 2 3)
  if(FLOOR_ONE_RANK)
    set(ranks 1)
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON
    FULLFORCE_TEST_RANKS "${ranks}" FULLFORCE_PRIVATE_LIBRARIES "${FLOOR_PRIVATE}")
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} PUBLIC ${FLOOR_USES} PRIVATE $<BUILD_INTERFACE:fullforce_flags>)
  foreach(library IN LISTS FLOOR_PRIVATE)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${library}>)
  endforeach()
  # The lowest floor does not know MPI.
  if(NOT name STREQUAL base)
    fullforce_precompile(${target} fullforce_parallel ${FULLFORCE_COMMON_HEADERS})
  endif()
  set(used ${FLOOR_USES})
  list(FILTER used INCLUDE REGEX "^fullforce::")
  list(TRANSFORM used REPLACE "^fullforce::" "")
  list(JOIN used "," used)
  set_property(GLOBAL APPEND PROPERTY FULLFORCE_FLOORS ${name})
  set_property(GLOBAL APPEND PROPERTY FULLFORCE_FLOORS_USED "${name}=${used}")
  if(NOT FLOOR_INTERNAL)
    set_property(GLOBAL APPEND PROPERTY FULLFORCE_INSTALLED_FLOORS ${target})
  endif()
endfunction()
