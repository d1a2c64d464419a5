#include "fullforce/io/result_file.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>

#include "fullforce/base/check.hpp"
#include "fullforce/io/hdf5.hpp"
#include "fullforce/io/recording_file.hpp"
#include "fullforce/parallel/mpi.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

TEST(ResultFile, KeepsArraysInTheirGroups) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  const auto path = folder / "results.h5";
  write_results(path, "fullforce-analysis", {{"summary", "{}"}},
                {{"/a/b/numbers", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"/a/none", {0}, {}}});
  EXPECT_EQ(file_format(path), "fullforce-analysis");
  const hdf5::Handle file = hdf5::open_serially(path);
  EXPECT_EQ(std::get<std::string>(hdf5::read_attribute(file.get(), "summary")), "{}");
  const hdf5::Handle numbers = hdf5::own(H5Dopen2(file.get(), "/a/b/numbers", H5P_DEFAULT), H5Dclose, "numbers");
  EXPECT_EQ(hdf5::extents(numbers.get()), (std::vector<Index>{2, 3}));
  std::vector<double> values(6);
  H5Dread(numbers.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  EXPECT_EQ(values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
}

TEST(ResultFile, AnArrayThatDoesNotFitItsShapeLeavesNothing) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  const auto path = folder / "results.h5";
  EXPECT_THROW(write_results(path, "fullforce-analysis", {}, {{"/a", {3}, {1, 2}}}), RunError);
  EXPECT_TRUE(std::filesystem::is_empty(folder / ""));
}

}  // namespace
}  // namespace fullforce
