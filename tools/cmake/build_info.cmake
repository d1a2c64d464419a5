# Run at every build (cmake -P): the commit may have moved since the last configuration.
execute_process(COMMAND git -C ${SOURCE_DIR} describe --always --dirty --abbrev=12 --exclude=*
                OUTPUT_VARIABLE FULLFORCE_GIT_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT FULLFORCE_GIT_COMMIT)
  set(FULLFORCE_GIT_COMMIT unknown)
endif()
configure_file(${SOURCE_DIR}/src/base/build_info.cpp.in ${OUTPUT} @ONLY)
