#include <fmt/format.h>

#include "cli.hpp"
#include "fullforce/base/build_info.hpp"
#include "fullforce/io/library.hpp"

namespace fullforce {

std::string version_text() {
  using namespace build_info;
  return fmt::format(
      "fullforce {}\n"
      "git commit    {}\n"
      "compiler      {}\n"
      "build type    {}\n"
      "instructions  {}\n"
      "built for     {}\n"
      "rounding      {}\n"
      "MPI           {}\n"
      "HDF5          {}\n"
      "Eigen         {}\n"
      "BLAS          {}\n",
      version(), git_commit(), compiler(), build_type(), instructions(), instruction_sets(), rounding_flags(),
      mpi_library(), hdf5_library(), eigen(), blas());
}

}  // namespace fullforce
