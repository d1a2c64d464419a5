#include "fullforce/io/partners_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fullforce/base/check.hpp"
#include "fullforce/io/hdf5.hpp"
#include "temporary_folder.hpp"

namespace fullforce {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PartnersFiles : public testing::Test {
 protected:
  /// Each rank has a file of its own, since one rank alone opens it.
  std::string write(const std::vector<Index>& indptr, const std::vector<Index>& indices) {
    const std::string path = (folder_ / fmt::format("{}.h5", static_cast<int>(comm_.rank()))).string();
    const hdf5::Handle file = hdf5::create_serially(path);
    hdf5::write_dataset<Index>(file.get(), "indptr", {static_cast<Index>(indptr.size())}, indptr);
    hdf5::write_dataset<Index>(file.get(), "indices", {static_cast<Index>(indices.size())}, indices);
    return path;
  }

  std::string complaint(const std::vector<Index>& indptr, const std::vector<Index>& indices) {
    const std::string path = write(indptr, indices);
    try {
      PartnersFile(path, {10, 3, 3}).check();
    } catch (const InputError& error) {
      return error.what();
    }
    return {};
  }

  Communicator comm_ = Communicator::world();
  test::TemporaryFolder folder_{comm_};
};

TEST_F(PartnersFiles, GiveThePartnersOfAGroupInOrder) {
  const PartnersFile file(write({0, 3, 3, 5}, {7, 0, 9, 4, 2}), {10, 3, 3});
  std::vector<std::int32_t> partners(3);
  file.read(0, partners);
  EXPECT_THAT(partners, ElementsAre(0, 7, 9));
  file.read(1, partners);
  EXPECT_THAT(partners, ElementsAre(-1, -1, -1));
  file.read(2, partners);
  EXPECT_THAT(partners, ElementsAre(2, 4, -1));
  file.read(0, partners);
  EXPECT_THAT(partners, ElementsAre(0, 7, 9));
}

TEST_F(PartnersFiles, AreRefusedIfTheyAreMalformed) {
  EXPECT_EQ(complaint({0, 3, 3, 5}, {7, 0, 9, 4, 2}), "");
  EXPECT_THAT(complaint({0, 1, 2}, {1, 2}), HasSubstr("3 groups of neurons need 4"));
  EXPECT_THAT(complaint({1, 1, 2, 2}, {1, 2}), HasSubstr("begins with 1"));
  EXPECT_THAT(complaint({0, 2, 1, 2}, {1, 2}), HasSubstr("decreases after row 1"));
  EXPECT_THAT(complaint({0, 4, 4, 4}, {1, 2, 3, 4}), HasSubstr("at most learning.plastic_in_degree = 3"));
  EXPECT_THAT(complaint({0, 1, 2, 2}, {1, 2, 3}), HasSubstr("ends with 2, but there are 3 indices"));
  EXPECT_THAT(complaint({0, 1, 2, 2}, {1, 10}), HasSubstr("group 1 has the partner 10 (must be from 0 to 9)"));
  EXPECT_THAT(complaint({0, 1, 2, 2}, {-1, 2}), HasSubstr("group 0 has the partner -1"));
  EXPECT_THAT(complaint({0, 0, 2, 2}, {5, 5}), HasSubstr("group 1 has the partner 5 twice"));
}

TEST_F(PartnersFiles, AreRefusedIfTheyAreOfAnotherKind) {
  const std::string path = (folder_ / fmt::format("{}.h5", static_cast<int>(comm_.rank()))).string();
  EXPECT_THROW(PartnersFile(path, {10, 3, 3}), InputError) << "there is no such file";
  {
    const hdf5::Handle file = hdf5::create_serially(path);
    hdf5::write_dataset<double>(file.get(), "indptr", {4}, {0.0, 1.0, 1.0, 1.0});
  }
  try {
    PartnersFile(path, {10, 3, 3});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("indptr does not hold integers"));
  }
}

}  // namespace
}  // namespace fullforce
