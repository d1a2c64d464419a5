#include <gtest/gtest.h>
#include <hdf5.h>

#include <functional>

#include "../../../src/io/block_checksums.hpp"
#include "../../../src/io/seal.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

/// An archive that another program has changed and sealed again. Nothing of it may be believed.
struct ChangedArchive : testing::Test {
  Communicator comm = Communicator::world();
  TemporaryFolder folder{comm};
  std::filesystem::path path = folder / "a.h5";

  void SetUp() override {
    std::vector<double> pair{1, 2};
    Archive archive = Archive::create(comm, path);
    archive.replicated<double>("/a/pair", pair, 1);
    archive.close();
  }

  void change(const std::function<void(hid_t)>& work) const {
    if (comm.is_root()) {
      const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
      work(file);
      H5Fclose(file);
      seal::write(path, {});
    }
    comm.barrier();
  }

  /// Puts another dataset in the place of the pair.
  void replace(const std::vector<hsize_t>& extents, const std::vector<hsize_t>& chunk = {}) const {
    change([&](hid_t file) {
      H5Ldelete(file, "/a/pair", H5P_DEFAULT);
      const hid_t space = H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr);
      const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
      if (chunk.empty())
        H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
      else
        H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
      H5Dclose(H5Dcreate2(file, "/a/pair", H5T_IEEE_F64LE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
      H5Pclose(creation);
      H5Sclose(space);
    });
  }

  std::string verdict() const {
    return message_of<RunError>([&] { Archive::open(comm, path).verify(); });
  }
};

TEST_F(ChangedArchive, IsWholeAsItWasWritten) {
  change([](hid_t) {});
  EXPECT_EQ(verdict(), "nothing was thrown");
}

TEST_F(ChangedArchive, MayNotHaveMoreDimensionsThanAMatrix) {
  replace({2, 1, 100'000});
  EXPECT_EQ(verdict(), path.string() + ": /a/pair has 3 dimensions, expected 1 or 2");
}

TEST_F(ChangedArchive, MayNotClaimMoreThanIsStored) {
  replace({2, hsize_t{1} << 34}, {1, 1});
  EXPECT_EQ(verdict(), path.string() + ": /a/pair is not whole: 0 of its 274877906944 bytes are stored");
}

TEST_F(ChangedArchive, MayNotClaimMoreThanAnyFileHolds) {
  replace({2, hsize_t{1} << 60}, {1, 1});
  EXPECT_TRUE(says(verdict(), "the shape [2, 1152921504606846976] is larger than any file"));
}

// The number of rows in a block decides how often all ranks call HDF5: 2^41 times, unless it is limited.
TEST_F(ChangedArchive, MayHaveBlocksThatAreLargerThanTheDataset) {
  change([](hid_t file) {
    const std::int64_t rows = std::int64_t{1} << 62;
    H5Adelete_by_name(file, "/checksums/a/pair", "block_rows", H5P_DEFAULT);
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate_by_name(file, "/checksums/a/pair", "block_rows", H5T_STD_I64LE, space,
                                              H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Awrite(attribute, H5T_NATIVE_INT64, &rows), 0);
    H5Sclose(space);
    H5Aclose(attribute);
  });
  EXPECT_EQ(verdict(), "nothing was thrown");
}

/// An archive with a matrix of 40 rows. The program cuts them into blocks of 8. A program of another version has cut
/// them into blocks of 16, and `change` may damage the file as well.
struct ArchiveOfOtherBlocks : ChangedArchive {
  static constexpr Index rows = 40, other_block = 16;
  RowPartition partition{rows, comm.size()};
  Index first = partition.first_row(comm.rank()), count = partition.row_count(comm.rank());

  void SetUp() override {
    Archive archive = Archive::create(comm, path);
    std::vector<double> mine(as_size(count));
    for (Index k = 0; k < count; ++k) mine[as_size(k)] = 0.5 * static_cast<double>(first + k);
    archive.rows<double>("/a/matrix", partition, {mine.data(), 1, 1});
    archive.close();
    ASSERT_NE(partition.block_size(), other_block);
    change([](hid_t file) {
      std::vector<double> all(as_size(rows));
      const hid_t matrix = H5Dopen2(file, "/a/matrix", H5P_DEFAULT);
      H5Dread(matrix, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
      H5Dclose(matrix);
      BlockChecksums checksums(other_block, sizeof(double));
      checksums.add(reinterpret_cast<const std::byte*>(all.data()), rows);
      const std::vector<std::uint64_t> sums = checksums.finish((rows + other_block - 1) / other_block);
      H5Ldelete(file, "/checksums/a/matrix", H5P_DEFAULT);
      const hsize_t extent = sums.size();
      const hid_t space = H5Screate_simple(1, &extent, nullptr), scalar = H5Screate(H5S_SCALAR);
      const hid_t dataset =
          H5Dcreate2(file, "/checksums/a/matrix", H5T_STD_U64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      EXPECT_GE(H5Dwrite(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, sums.data()), 0);
      const hid_t attribute = H5Acreate2(dataset, "block_rows", H5T_STD_I64LE, scalar, H5P_DEFAULT, H5P_DEFAULT);
      EXPECT_GE(H5Awrite(attribute, H5T_NATIVE_INT64, &other_block), 0);
      H5Aclose(attribute);
      H5Dclose(dataset);
      H5Sclose(scalar);
      H5Sclose(space);
    });
  }

  std::vector<double> load() const {
    std::vector<double> mine(as_size(count));
    Archive::open(comm, path).rows<double>("/a/matrix", partition, {mine.data(), 1, 1});
    return mine;
  }
};

TEST_F(ArchiveOfOtherBlocks, IsReadInItsBlocks) {
  const std::vector<double> mine = load();
  for (Index k = 0; k < count; ++k) EXPECT_EQ(mine[as_size(k)], 0.5 * static_cast<double>(first + k));
  EXPECT_EQ(verdict(), "nothing was thrown");
}

TEST_F(ArchiveOfOtherBlocks, IsDamagedWhereItsBlocksDoNotMatch) {
  change([](hid_t file) {
    std::vector<double> all(as_size(rows), 1.0);
    const hid_t matrix = H5Dopen2(file, "/a/matrix", H5P_DEFAULT);
    EXPECT_GE(H5Dwrite(matrix, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()), 0);
    H5Dclose(matrix);
  });
  EXPECT_EQ(
      message_of<RunError>([&] { load(); }),
      path.string() +
          ": /a/matrix does not match its checksum in the 16 rows from 0 on: the file is damaged; use another one");
}

// Each of twelve groups has four links to the next one, so there are 4^12 ways to the last.
TEST_F(ChangedArchive, MayNotHaveMoreWaysThanCanBeFollowed) {
  change([](hid_t file) {
    for (int depth = 0; depth < 12; ++depth)
      for (const char* name : {"a", "b", "c", "d"}) {
        const std::string below = depth == 0 ? "/a" : "/group" + std::to_string(depth - 1);
        const std::string link = "/group" + std::to_string(depth) + "/" + name;
        const hid_t parents = H5Pcreate(H5P_LINK_CREATE);
        H5Pset_create_intermediate_group(parents, 1);
        H5Lcreate_hard(file, below.c_str(), file, link.c_str(), parents, H5P_DEFAULT);
        H5Pclose(parents);
      }
  });
  EXPECT_TRUE(says(verdict(), "is one object too many: the file is damaged"));
}

}  // namespace
}  // namespace fullforce
