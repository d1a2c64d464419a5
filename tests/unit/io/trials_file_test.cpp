#include "fullforce/io/trials_file.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <array>
#include <fstream>
#include <limits>

#include "fullforce/base/check.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

/// Writes what other programs might write: any type, any shape, and strings of fixed length.
class Foreign {
 public:
  explicit Foreign(const std::filesystem::path& path)
      : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {}
  ~Foreign() { H5Fclose(file_); }
  Foreign(const Foreign&) = delete;
  Foreign& operator=(const Foreign&) = delete;

  Foreign& header(const std::string& format = "fullforce-trials", double dt = 0.001, int version = 1) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, format.size());
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    attribute("format", type, type, format.data());
    H5Tclose(type);
    attribute("format_version", H5T_STD_I32LE, H5T_NATIVE_INT, &version);
    attribute("dt", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &dt);
    return *this;
  }

  Foreign& trial_of(hsize_t steps) { return dataset("lengths", H5T_STD_I64LE, {1}, {static_cast<double>(steps)}); }

  Foreign& dataset(const char* name, hid_t type, std::vector<hsize_t> dims, const std::vector<double>& values,
                   hid_t creation = H5P_DEFAULT) {
    const hid_t space = H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
    const hid_t set = H5Dcreate2(file_, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (!values.empty()) H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(set);
    H5Sclose(space);
    return *this;
  }

 private:
  void attribute(const char* name, hid_t file_type, hid_t memory_type, const void* value) {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t made = H5Acreate2(file_, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(made, memory_type, value);
    H5Aclose(made);
    H5Sclose(space);
  }

  hid_t file_;
};

/// Every rank has its own file, because reading and writing are serial.
struct TrialsFile : testing::Test {
  Communicator comm = Communicator::world();
  TemporaryFolder folder{comm};
  std::filesystem::path path = folder / (std::to_string(static_cast<int>(comm.rank())) + ".h5");

  void expect_refused(const std::string& why) const {
    const std::string message = message_of<InputError>([&] { read_trials(path); });
    EXPECT_NE(message.find(why), std::string::npos) << message;
    EXPECT_NE(message.find(path.string()), std::string::npos) << message;
  }
};

TEST_F(TrialsFile, BringsBackWhatWasWritten) {
  TrialsData data;
  data.dt = 0.002;
  data.n_in = 2;
  data.n_out = 1;
  data.lengths = {1, 2};
  data.inputs = {1, 2, 3, 4, 5, 6};
  data.targets = {-1, -2, -3};
  write_trials(path, data);
  const TrialsData back = read_trials(path);
  EXPECT_EQ(back.dt, data.dt);
  EXPECT_EQ(back.n_in, 2);
  EXPECT_EQ(back.n_out, 1);
  EXPECT_EQ(back.n_hint, 0);
  EXPECT_EQ(back.lengths, data.lengths);
  EXPECT_EQ(back.inputs, data.inputs);
  EXPECT_EQ(back.targets, data.targets);
  EXPECT_TRUE(back.hints.empty());
}

TEST_F(TrialsFile, ReadsOtherTypesAndDoesWithoutInputs) {
  Foreign(path)
      .header()
      .dataset("lengths", H5T_STD_U16LE, {2}, {1, 1})
      .dataset("targets", H5T_IEEE_F32LE, {2, 1}, {0.5, -2});
  const TrialsData data = read_trials(path);
  EXPECT_EQ(data.lengths, (std::vector<Index>{1, 1}));
  EXPECT_EQ(data.targets, (std::vector<double>{0.5, -2}));
  EXPECT_EQ(data.n_in, 0);
  Foreign(path).header().dataset("lengths", H5T_IEEE_F64LE, {1}, {2}).dataset("targets", H5T_STD_I8LE, {2, 1}, {3, -4});
  EXPECT_EQ(read_trials(path).targets, (std::vector<double>{3, -4}));
}

TEST_F(TrialsFile, RefusesWhatIsNoTrialsFile) {
  expect_refused("there is no such file");
  std::ofstream(path) << "text";
  expect_refused("it is no HDF5 file");
  std::ofstream(path, std::ios::trunc) << "";
  expect_refused("is empty");
  Foreign{path};
  expect_refused("root attribute format is missing");
  Foreign(path).header("fullforce-network");
  expect_refused("format is \"fullforce-network\" (expected \"fullforce-trials\")");
  Foreign(path).header("fullforce-trials", 0.001, 3);
  expect_refused("format_version = 3, and this program reads versions 1 to 2; use a newer fullforce to read the file");
  Foreign(path).header("fullforce-trials", 0.001, 0);
  expect_refused("format_version = 0 (this program reads versions 1 to 2)");
  Foreign(path).header("fullforce-trials", -1.0);
  expect_refused("dt = -1 (must be positive");
}

TEST_F(TrialsFile, RefusesLengthsThatMakeNoSense) {
  Foreign(path).header();
  expect_refused("dataset lengths is missing");
  Foreign(path).header().dataset("lengths", H5T_STD_I64LE, {0}, {});
  expect_refused("lengths is empty");
  Foreign(path).header().dataset("lengths", H5T_STD_I64LE, {2}, {3, 0});
  expect_refused("lengths[1] = 0");
  Foreign(path).header().dataset("lengths", H5T_IEEE_F64LE, {1}, {2.5});
  expect_refused("lengths[0] = 2.5");
  Foreign(path).header().dataset("lengths", H5T_STD_I64LE, {2, 2}, {1, 2, 1, 2});
  expect_refused("lengths has shape [2, 2] (expected [trials])");
}

TEST_F(TrialsFile, ReadsLengthsThatAreARowOrAColumn) {
  for (const std::vector<hsize_t>& dims : {std::vector<hsize_t>{3, 1}, {1, 3}}) {
    Foreign(path)
        .header()
        .dataset("lengths", H5T_STD_I64LE, dims, {2, 1, 1})
        .dataset("targets", H5T_IEEE_F64LE, {4, 1}, {1, 2, 3, 4});
    EXPECT_EQ(read_trials(path).lengths, (std::vector<Index>{2, 1, 1}));
  }
}

TEST_F(TrialsFile, RefusesShapesAndValuesThatDoNotFit) {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto write = [&](std::vector<hsize_t> dims, const std::vector<double>& targets) {
    Foreign(path)
        .header()
        .dataset("lengths", H5T_STD_I64LE, {1}, {2})
        .dataset("targets", H5T_IEEE_F64LE, dims, targets);
  };
  Foreign(path).header().dataset("lengths", H5T_STD_I64LE, {1}, {2});
  expect_refused("dataset targets is missing");
  write({3, 1}, {1, 2, 3});
  expect_refused("targets has 3 rows, but the lengths add up to 2");
  write({2, 0}, {});
  expect_refused("targets has no columns");
  write({2}, {1, 2});
  expect_refused("targets has shape [2] (expected [sum of lengths, columns])");
  write({2, 2}, {1, 2, 3, infinity});
  expect_refused("targets[1, 1] = inf");
  write({2, std::size_t{1} << 50}, {});
  expect_refused("targets was never written");
}

TEST_F(TrialsFile, RefusesDatasetsThatItDoesNotKnow) {
  const auto write = [&](const char* name) {
    Foreign(path)
        .header()
        .trial_of(2)
        .dataset("targets", H5T_IEEE_F64LE, {2, 1}, {1, 2})
        .dataset(name, H5T_IEEE_F64LE, {2, 1}, {1, 2});
  };
  write("input");
  expect_refused("unknown dataset or group input (the nearest known dataset is inputs)");
  write("Targets");
  expect_refused("unknown dataset or group Targets (the nearest known dataset is targets)");
  write("inputs");
  EXPECT_EQ(read_trials(path).n_in, 1);
}

TEST_F(TrialsFile, SaysThatASignalIsTransposed) {
  Foreign(path).header().trial_of(3).dataset("targets", H5T_IEEE_F64LE, {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_refused("targets has shape [2, 3], but the lengths add up to 3 rows: it is transposed");
}

TEST_F(TrialsFile, TakesASquareSignalOnlyWhereTheOrderIsCertain) {
  Foreign(path).header().trial_of(2).dataset("targets", H5T_IEEE_F64LE, {2, 2}, {1, 2, 3, 4});
  expect_refused("targets has as many columns as rows, 2");
  Foreign(path).header().trial_of(1).dataset("targets", H5T_IEEE_F64LE, {1, 1}, {5});
  EXPECT_EQ(read_trials(path).targets, (std::vector<double>{5}));
  Foreign(path)
      .header()
      .trial_of(2)
      .dataset("targets", H5T_IEEE_F64LE, {2, 2}, {1, 2, 3, 4})
      .dataset("inputs", H5T_IEEE_F64LE, {2, 1}, {5, 6});
  EXPECT_EQ(read_trials(path).targets, (std::vector<double>{1, 2, 3, 4}));
}

// HDF5 would wait for a program that might be writing the file.
TEST_F(TrialsFile, RefusesADamagedFileOfTheLatestFormatAtOnce) {
  const hid_t latest = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(latest, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  H5Fclose(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, latest));
  H5Pclose(latest);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(20);
  file.put('x');
  file.close();
  expect_refused("cannot be opened");
}

TEST_F(TrialsFile, RefusesChunksThatWereNeverWritten) {
  const hid_t chunks = H5Pcreate(H5P_DATASET_CREATE);
  const std::array<hsize_t, 2> one{1, 1};
  H5Pset_chunk(chunks, 2, one.data());
  Foreign(path).header().trial_of(2).dataset("targets", H5T_IEEE_F64LE, {2, 1}, {}, chunks);
  expect_refused("targets is not whole: 0 of its 2 chunks were ever written");
  Foreign(path).header().trial_of(2).dataset("targets", H5T_IEEE_F64LE, {2, 1}, {1, 2}, chunks);
  EXPECT_EQ(read_trials(path).targets, (std::vector<double>{1, 2}));
  H5Pclose(chunks);
}

/// Writes targets of one chunk of 2^27 steps, whose compressed bytes are given.
void write_chunk_of_targets(const std::filesystem::path& path, hid_t creation, const std::string& bytes) {
  const std::array<hsize_t, 2> chunk{hsize_t{1} << 27, 1};
  H5Pset_chunk(creation, 2, chunk.data());
  Foreign(path).header().trial_of(chunk[0]).dataset("targets", H5T_IEEE_F64LE, {chunk[0], 1}, {}, creation);
  H5Pclose(creation);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t set = H5Dopen2(file, "targets", H5P_DEFAULT);
  const std::array<hsize_t, 2> first{0, 0};
  H5Dwrite_chunk(set, H5P_DEFAULT, 0, first.data(), bytes.size(), bytes.data());
  H5Dclose(set);
  H5Fclose(file);
}

// The values would take 1 GiB of memory before a byte is read.
TEST_F(TrialsFile, RefusesMoreThanTheFiltersCanHaveCompressed) {
  const hid_t compressed = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_shuffle(compressed);
  H5Pset_deflate(compressed, 1);
  write_chunk_of_targets(path, compressed, std::string(1000, 'x'));
  expect_refused("targets is damaged: its chunks of 1073741824 bytes cannot be stored in 1000");
}

// HDF5 writes such a dataset, and reads other numbers from it without an error.
TEST_F(TrialsFile, RefusesFiltersThatCutOffAChecksum) {
  const hid_t filters = H5Pcreate(H5P_DATASET_CREATE);
  const std::array<hsize_t, 2> chunk{5, 1};
  H5Pset_chunk(filters, 2, chunk.data());
  H5Pset_fletcher32(filters);
  H5Pset_scaleoffset(filters, H5Z_SO_FLOAT_DSCALE, 2);
  Foreign(path).header().trial_of(5).dataset("targets", H5T_IEEE_F64LE, {5, 1}, {1, 2, 3, 4, 5}, filters);
  H5Pclose(filters);
  expect_refused("targets was written with scaleoffset or nbit behind a filter that changes sizes");
}

TEST_F(TrialsFile, RefusesMoreThanAnyFileHolds) {
  const hid_t chunks = H5Pcreate(H5P_DATASET_CREATE);
  const std::array<hsize_t, 2> one{1, 1};
  H5Pset_chunk(chunks, 2, one.data());
  Foreign(path).header().trial_of(2).dataset("targets", H5T_IEEE_F64LE, {2, hsize_t{1} << 60}, {}, chunks);
  H5Pclose(chunks);
  expect_refused("the shape [2, 1152921504606846976] is larger than any file");
}

/// Puts one number in the place of another one wherever it stands in a file.
void replace_everywhere(const std::filesystem::path& path, std::int64_t number, std::int64_t other) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const std::string raw(reinterpret_cast<const char*>(&number), sizeof number);
  for (std::size_t at = bytes.find(raw); at != std::string::npos; at = bytes.find(raw, at + raw.size()))
    bytes.replace(at, raw.size(), std::string(reinterpret_cast<const char*>(&other), sizeof other));
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST_F(TrialsFile, RefusesMoreThanItsFileHolds) {
  const std::int64_t steps = 7777;
  Foreign(path).header().trial_of(steps).dataset("targets", H5T_IEEE_F64LE, {7777, 1},
                                                 std::vector<double>(as_size(steps), 1.0));
  replace_everywhere(path, steps, steps << 24);
  replace_everywhere(path, steps * 8, (steps * 8) << 24);
  expect_refused("targets is damaged: it has 1043811270656 bytes, more than its file, which has");
}

TEST_F(TrialsFile, RefusesNumbersOfManyBytes) {
  const hid_t wide = H5Tcopy(H5T_STD_I64LE);
  H5Tset_size(wide, 1000);
  Foreign(path).header().trial_of(2).dataset("targets", wide, {2, 1}, {});
  H5Tclose(wide);
  expect_refused("targets has values of 1000 bytes, which no number has");
}

TEST_F(TrialsFile, RefusesAnExternalFileThatIsCutShort) {
  const std::filesystem::path raw = path.string() + ".raw";
  const hid_t external = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(external, raw.c_str(), 0, 2 * sizeof(double));
  Foreign(path).header().trial_of(2).dataset("targets", H5T_IEEE_F64LE, {2, 1}, {1, 2}, external);
  H5Pclose(external);
  EXPECT_EQ(read_trials(path).targets, (std::vector<double>{1, 2}));
  std::filesystem::resize_file(raw, 15);
  expect_refused(raw.string() + ", which is cut short: it has 15 bytes, and 16 are needed");
  std::filesystem::remove(raw);
  expect_refused(raw.string() + ", which cannot be found");
}

TEST_F(TrialsFile, RefusesAVirtualDatasetWithoutItsSource) {
  const std::filesystem::path source = path.string() + ".source";
  Foreign(source).dataset("data", H5T_IEEE_F64LE, {2, 1}, {1, 2});
  const std::array<hsize_t, 2> shape{2, 1};
  const hid_t space = H5Screate_simple(2, shape.data(), nullptr);
  const hid_t sources = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_virtual(sources, space, source.c_str(), "data", space);
  Foreign(path).header().trial_of(2).dataset("targets", H5T_IEEE_F64LE, {2, 1}, {}, sources);
  H5Pclose(sources);
  H5Sclose(space);
  EXPECT_EQ(read_trials(path).targets, (std::vector<double>{1, 2}));
  Foreign(source).dataset("data", H5T_IEEE_F64LE, {2, 1}, {});
  expect_refused("its source, dataset data of " + source.string() + ", was never written");
  Foreign{source};
  expect_refused("takes values from dataset data of " + source.string());
  std::filesystem::remove(source);
  expect_refused("takes values from the file " + source.string());
}

/// A file of version 2 with three steps of two outputs.
Foreign& version_2(Foreign&& file, const std::vector<double>& targets = {1, 2, 3, 4, 5, 6}) {
  return file.header("fullforce-trials", 0.001, 2).trial_of(3).dataset("targets", H5T_IEEE_F64LE, {3, 2}, targets);
}

TEST_F(TrialsFile, ReadsMasksOfAnyTypeAndShape) {
  const std::vector<std::uint8_t> by_step{1, 1, 0, 0, 1, 1};
  for (const hid_t type : {H5T_STD_U8LE, H5T_STD_I64BE, H5T_IEEE_F32BE})
    for (const std::vector<hsize_t>& dims : {std::vector<hsize_t>{3}, {3, 1}, {1, 3}}) {
      version_2(Foreign(path)).dataset("mask", type, dims, {1, 0, 1});
      EXPECT_EQ(read_trials(path).masks, by_step);
    }
  version_2(Foreign(path)).dataset("mask", H5T_IEEE_F64LE, {3, 2}, {0, 1, 1, 0, 0, 0});
  EXPECT_EQ(read_trials(path).masks, (std::vector<std::uint8_t>{0, 1, 1, 0, 0, 0}));
}

TEST_F(TrialsFile, ReadsLongMasksPieceByPiece) {
  const std::size_t steps = 100'003;
  std::vector<double> mask(steps);
  for (std::size_t k = 0; k < steps; ++k) mask[k] = static_cast<double>(k % 7 == 3);
  Foreign(path)
      .header("fullforce-trials", 0.001, 2)
      .trial_of(steps)
      .dataset("targets", H5T_IEEE_F64LE, {steps, 1}, std::vector<double>(steps, 0.5))
      .dataset("mask", H5T_STD_I8LE, {1, steps}, mask);
  const TrialsData data = read_trials(path);
  EXPECT_TRUE(std::equal(mask.begin(), mask.end(), data.masks.begin(), data.masks.end()));
}

TEST_F(TrialsFile, LeavesOutTargetsThatAreNotKnown) {
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  version_2(Foreign(path), {1, unknown, 3, 4, 5, unknown}).dataset("mask", H5T_STD_U8LE, {3}, {1, 1, 0});
  const TrialsData data = read_trials(path);
  EXPECT_EQ(data.targets, (std::vector<double>{1, 0, 3, 4, 5, 0}));
  EXPECT_EQ(data.masks, (std::vector<std::uint8_t>{1, 0, 1, 1, 0, 0}));
  version_2(Foreign(path), {1, 2, 3, 4, std::numeric_limits<double>::infinity(), 6});
  expect_refused("targets[2, 0] = inf");
}

TEST_F(TrialsFile, RefusesMasksThatMakeNoSense) {
  version_2(Foreign(path)).dataset("mask", H5T_IEEE_F64LE, {3}, {1, 0.5, 1});
  expect_refused("dataset mask has the value 0.5 at step 1 (must be 1 where learning and scoring count");
  version_2(Foreign(path)).dataset("mask", H5T_IEEE_F64LE, {2, 3}, {1, 1, 1, 1, 1, 1});
  expect_refused("dataset mask has shape [2, 3], but the lengths add up to 3 rows: it is transposed");
  version_2(Foreign(path)).dataset("mask", H5T_IEEE_F64LE, {4}, {1, 1, 1, 1});
  expect_refused("dataset mask has shape [4], but the lengths add up to 3 steps, and there are 2 output(s)");
  Foreign(path)
      .header()
      .trial_of(1)
      .dataset("targets", H5T_IEEE_F64LE, {1, 1}, {1})
      .dataset("mask", H5T_IEEE_F64LE, {1}, {1});
  expect_refused("dataset mask came with format_version 2, and the file says format_version = 1");
}

TEST_F(TrialsFile, ReadsConditionsThatAreNumbers) {
  version_2(Foreign(path)).dataset("conditions", H5T_IEEE_F64LE, {1, 1}, {-3});
  EXPECT_EQ(read_trials(path).conditions, std::vector<std::string>{"-3"});
  version_2(Foreign(path)).dataset("conditions", H5T_IEEE_F64LE, {1}, {0.5});
  expect_refused("conditions[0] = 0.5 (must be a whole number or a text)");
  version_2(Foreign(path)).dataset("conditions", H5T_STD_I64LE, {2}, {1, 2});
  expect_refused("dataset conditions has 2 value(s), and there are 1 trials");
}

TrialsData labelled_trials() {
  TrialsData data;
  data.n_in = 1;
  data.n_out = 2;
  data.lengths = {2, 1};
  data.inputs = {1, 2, 3};
  data.targets = {1, 2, 3, 4, 5, 6};
  data.has_masks = true;
  data.masks = {1, 1, 1, 0, 1, 1};
  data.conditions = {"left, far", "ö"};
  data.names = {{"go"}, {"x", "y"}, {}};
  return data;
}

TEST_F(TrialsFile, BringsBackMasksConditionsAndNames) {
  const TrialsData data = labelled_trials();
  write_trials(path, data);
  const TrialsData back = read_trials(path);
  EXPECT_EQ(static_cast<const TrialsShape&>(back), static_cast<const TrialsShape&>(data));
  EXPECT_EQ(back.masks, data.masks);
  EXPECT_EQ(fingerprint(back), fingerprint(data));
}

TEST_F(TrialsFile, FingerprintCoversMasksAndConditionsThatSaySomething) {
  TrialsData plain = labelled_trials();
  plain.has_masks = false;
  plain.masks.clear();
  plain.conditions.clear();
  plain.names = {};
  TrialsData other = plain;
  other.has_masks = true;
  other.masks.assign(6, 1);
  other.conditions = {"", ""};
  other.names.inputs = {"go"};
  EXPECT_EQ(fingerprint(other), fingerprint(plain));
  EXPECT_EQ(fingerprint(plain), "0ad624f2aeac971e") << "it must not change between versions of the program";
  other.masks[2] = 0;
  const std::string masked = fingerprint(other);
  EXPECT_NE(masked, fingerprint(plain));
  other.conditions[1] = "left";
  EXPECT_NE(fingerprint(other), masked);
}

TEST_F(TrialsFile, FingerprintsOfTrialsCoverInputsAndTargetsAlone) {
  const TrialsData data = labelled_trials();
  const std::vector<std::int64_t> both = trial_fingerprints(data, data.signals());
  ASSERT_EQ(both.size(), 2u);
  EXPECT_NE(both[0], both[1]);
  TrialsData other = data;
  other.masks.assign(6, 1);
  other.conditions = {"", ""};
  EXPECT_EQ(trial_fingerprints(other, other.signals()), both);
  other.targets.back() += 1.0;
  const std::vector<std::int64_t> changed = trial_fingerprints(other, other.signals());
  EXPECT_EQ(changed[0], both[0]);
  EXPECT_NE(changed[1], both[1]);
  const double zero[] = {0.0, 1.0}, minus_zero[] = {-0.0, 1.0};
  EXPECT_EQ(trial_fingerprint(zero, zero), trial_fingerprint(minus_zero, zero));
  EXPECT_EQ(both[0], -1927887927760899009) << "it must not change between versions of the program";
}

TEST_F(TrialsFile, RefusesNamesAndConditionsThatMakeNoSense) {
  const auto expect_refused_with = [&](const auto& change, const std::string& why) {
    TrialsData data = labelled_trials();
    change(data);
    write_trials(path, data);
    expect_refused(why);
  };
  expect_refused_with([](TrialsData& data) { data.names.outputs = {"x"}; },
                      "root attribute output_names has 1 name(s), and there are 2 channel(s)");
  expect_refused_with([](TrialsData& data) { data.names.outputs = {"x", "x"}; }, "has the name \"x\" twice");
  expect_refused_with([](TrialsData& data) { data.names.inputs = {""}; }, "has the name \"\" without a letter");
  expect_refused_with([](TrialsData& data) { data.conditions[1] = "two\nlines"; },
                      "dataset conditions: its text number 1, \"two\\x0alines\", is not one line of valid UTF-8");
}

}  // namespace
}  // namespace fullforce
