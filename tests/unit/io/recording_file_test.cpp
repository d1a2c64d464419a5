#include "fullforce/io/recording_file.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <numeric>

#include "fullforce/base/check.hpp"
#include "fullforce/io/hdf5.hpp"
#include "support/messages.hpp"
#include "temporary_folder.hpp"

namespace fullforce {
namespace {

/// Two trials of three and two steps, of which a row has seven numbers.
RecordingHeader header() { return {{{"noise", 0.5}, {"seed", Index{7}}}, {"x", "y"}, {4}, {5, 0}, {3, 5}, {"a", "b"}}; }

std::vector<RecordedArray> arrays() {
  using Kind = RecordedArray::Kind;
  return {{"time", 1, Kind::list}, {"outputs", 2}, {"mask", 2, Kind::mask}, {"inputs", 0}, {"rates", 1}};
}

/// The numbers of all rows: a mask has ones in the second output alone.
std::vector<double> rows(Index first, Index steps) {
  std::vector<double> numbers;
  for (Index k = first; k < first + steps; ++k) {
    const auto at = static_cast<double>(k);
    numbers.insert(numbers.end(), {at, at + 0.1, at + 0.2, 0.0, 1.0, at + 0.3});
  }
  return numbers;
}

std::span<const std::byte> bytes_of(const std::vector<double>& numbers) { return std::as_bytes(std::span(numbers)); }

std::vector<double> values_of(const std::filesystem::path& path, const char* name) {
  const hdf5::Handle file = hdf5::open_serially(path);
  const hdf5::Handle set = hdf5::own(H5Dopen2(file.get(), name, H5P_DEFAULT), H5Dclose, name);
  const std::vector<Index> extents = hdf5::extents(set.get());
  std::vector<double> values(as_size(std::accumulate(extents.begin(), extents.end(), Index{1}, std::multiplies<>())));
  if (!values.empty())
    hdf5::check(H5Dread(set.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), name);
  return values;
}

TEST(RecordingFile, PutsPiecesInTheirPlaces) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  RecordingFile file(folder / "r.h5", header(), arrays());
  const auto write = [&](Index first, Index steps) { file.write(first, bytes_of(rows(first, steps))); };
  write(3, 2);
  write(0, 1);
  write(1, 2);
  EXPECT_FALSE(std::filesystem::exists(folder / "r.h5")) << "it has no name before it is whole";
  file.commit();
  EXPECT_EQ(file_format(folder / "r.h5"), "fullforce-recording");
  EXPECT_EQ(values_of(folder / "r.h5", "time"), (std::vector<double>{0, 1, 2, 3, 4}));
  EXPECT_EQ(values_of(folder / "r.h5", "outputs"),
            (std::vector<double>{0.1, 0.2, 1.1, 1.2, 2.1, 2.2, 3.1, 3.2, 4.1, 4.2}));
  EXPECT_EQ(values_of(folder / "r.h5", "rates"), (std::vector<double>{0.3, 1.3, 2.3, 3.3, 4.3}));
  EXPECT_EQ(values_of(folder / "r.h5", "mask"), (std::vector<double>{0, 1, 0, 1, 0, 1, 0, 1, 0, 1}));
  EXPECT_TRUE(values_of(folder / "r.h5", "inputs").empty());
  EXPECT_LT(std::filesystem::file_size(folder / "r.h5"), 100'000U) << "what was reserved is given back";
}

TEST(RecordingFile, SaysWhatWasRecorded) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  {
    RecordingFile file(folder / "r.h5", header(), arrays());
    file.write(0, bytes_of(rows(0, 5)));
    file.commit();
  }
  EXPECT_EQ(values_of(folder / "r.h5", "neurons"), (std::vector<double>{4}));
  EXPECT_EQ(values_of(folder / "r.h5", "trials"), (std::vector<double>{5, 0}));
  EXPECT_EQ(values_of(folder / "r.h5", "trial_ends"), (std::vector<double>{3, 5}));
  const hdf5::Handle file = hdf5::open_serially(folder / "r.h5");
  EXPECT_EQ(hdf5::read_attribute(file.get(), "noise"), hdf5::Value(0.5));
  EXPECT_EQ(hdf5::read_attribute(file.get(), "seed"), hdf5::Value(std::int64_t{7}));
}

TEST(RecordingFile, LeavesNothingIfItIsNotFinished) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  RecordingFile(folder / "r.h5", header(), arrays()).write(0, bytes_of(rows(0, 2)));
  EXPECT_TRUE(std::filesystem::is_empty(folder / ""));
  EXPECT_TRUE(says(message_of<RunError>([&] { RecordingFile(folder / "no/r.h5", header(), arrays()); }), "no/r.h5"));
}

TEST(RecordingFile, OfAnyFileSaysWhatItIs) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  EXPECT_TRUE(says(message_of<InputError>([&] { file_format(folder / "missing.h5"); }), "there is no such file"));
  std::ofstream(folder / "text.h5") << "text";
  EXPECT_TRUE(says(message_of<InputError>([&] { file_format(folder / "text.h5"); }), "it is no HDF5 file"));
  std::ofstream(folder / "empty.h5") << "";
  EXPECT_TRUE(says(message_of<InputError>([&] { file_format(folder / "empty.h5"); }), "is empty"));
}

}  // namespace
}  // namespace fullforce
