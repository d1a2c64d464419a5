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
if(FULLFORCE_AUDIT)
  target_compile_definitions(fullforce_flags INTERFACE FULLFORCE_AUDIT=1)
endif()

# fullforce_floor(NAME [SOURCES file...] [USES floor-or-library...] [PRIVATE library...])
function(fullforce_floor name)
  cmake_parse_arguments(FLOOR "" "" "SOURCES;USES;PRIVATE" ${ARGN})
  add_library(fullforce_${name} STATIC ${FLOOR_SOURCES})
  add_library(fullforce::${name} ALIAS fullforce_${name})
  set_target_properties(fullforce_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(fullforce_${name} PUBLIC cxx_std_20)
  target_include_directories(fullforce_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(fullforce_${name} PUBLIC ${FLOOR_USES} PRIVATE $<BUILD_INTERFACE:fullforce_flags> ${FLOOR_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY FULLFORCE_FLOORS fullforce_${name})
endfunction()
