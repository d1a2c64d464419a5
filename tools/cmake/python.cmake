# The Python that runs the tests: the first of these that has the modules which tests and tools import. It need not be the
# first in PATH, since that may be one of a virtual environment without them. -DFULLFORCE_PYTHON=PATH, or the variable
# FULLFORCE_PYTHON of the environment, names another.
if(NOT FULLFORCE_PYTHON)
  find_package(Python3 3.9 COMPONENTS Interpreter)
  foreach(candidate IN ITEMS $ENV{FULLFORCE_PYTHON} python3 ${Python3_EXECUTABLE} /usr/bin/python3)
    execute_process(COMMAND ${candidate} -c "import h5py, matplotlib, numpy; import sys; print(sys.executable, end='')"
      OUTPUT_VARIABLE path RESULT_VARIABLE result ERROR_QUIET)
    if(result EQUAL 0)
      set(FULLFORCE_PYTHON ${path} CACHE FILEPATH "Python with NumPy, h5py and Matplotlib, which runs the tests")
      break()
    endif()
  endforeach()
  if(NOT FULLFORCE_PYTHON)
    message(WARNING "No Python here has NumPy, h5py and Matplotlib, and tests that need them will fail "
      "(${FULLFORCE_DEBIAN_HINT}, or name one with -DFULLFORCE_PYTHON=PATH)")
    set(FULLFORCE_PYTHON python3)
  endif()
endif()
