# Every library that fullforce stands on, found once, with a word on what to install when one is missing.
set(FULLFORCE_DEBIAN_HINT "on Debian or Ubuntu: tools/install-dependencies.sh")

# Nobody uses the C++ interface that MPI has withdrawn, and every source would read it.
set(MPI_CXX_SKIP_MPICXX ON)
find_package(MPI 3.1 COMPONENTS C CXX REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 1.10 REQUIRED COMPONENTS C)
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "HDF5 at ${HDF5_INCLUDE_DIRS} was built without MPI; fullforce needs the parallel one (${FULLFORCE_DEBIAN_HINT})")
endif()
find_package(fmt REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)

add_library(fullforce_hdf5 INTERFACE)
target_include_directories(fullforce_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(fullforce_hdf5 INTERFACE ${HDF5_LIBRARIES} MPI::MPI_C)
target_compile_definitions(fullforce_hdf5 INTERFACE ${HDF5_DEFINITIONS})

# Libraries that are headers alone, and come without a CMake package.
function(find_headers name variable header)
  find_path(${variable} ${header} REQUIRED)
  add_library(fullforce_${name} INTERFACE)
  target_include_directories(fullforce_${name} SYSTEM INTERFACE ${${variable}})
endfunction()
find_headers(random123 RANDOM123_INCLUDE_DIR Random123/philox.h)
find_headers(spectra SPECTRA_INCLUDE_DIR Spectra/GenEigsSolver.h)
find_headers(xxhash XXHASH_INCLUDE_DIR xxhash.h)
