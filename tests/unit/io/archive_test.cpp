#include "fullforce/io/archive.hpp"

#define XXH_INLINE_ALL
#include <gtest/gtest.h>
#include <sys/file.h>
#include <xxhash.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include "fullforce/base/check.hpp"
#include "fullforce/io/file_descriptor.hpp"
#include "fullforce/io/hdf5.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

template <class T>
T entry(Index row, Index col) {
  return static_cast<T>(1.25 * static_cast<double>(row) - 0.5 * static_cast<double>(col));
}

/// A rank's part of a matrix that a formula gives, with padding between the rows.
template <class T>
struct Part {
  Part(const Communicator& comm, Index rows, Index columns)
      : partition(rows, comm.size()),
        first(partition.first_row(comm.rank())),
        count(partition.row_count(comm.rank())),
        cols(columns),
        stride(columns + 3),
        values(as_size(count * stride), T{-7}) {}

  MatrixView<T> view() { return {values.data(), cols, stride}; }
  T& at(Index i, Index j) { return values[as_size(i * stride + j)]; }
  void fill() {
    for (Index i = 0; i < count; ++i)
      for (Index j = 0; j < cols; ++j) at(i, j) = entry<T>(first + i, j);
  }
  Index wrong() {
    Index result = 0;
    for (Index i = 0; i < count; ++i)
      for (Index j = 0; j < stride; ++j) result += at(i, j) != (j < cols ? entry<T>(first + i, j) : T{-7});
    return result;
  }

  RowPartition partition;
  Index first, count, cols, stride;
  std::vector<T> values;
};

template <class T>
void save_matrix(const Communicator& comm, const std::filesystem::path& path, Index rows, Index cols) {
  Part<T> part(comm, rows, cols);
  part.fill();
  Archive archive = Archive::create(comm, path);
  archive.rows("/network/weights", part.partition, part.view());
  archive.close();
}

template <class T>
void load_matrix(const Communicator& comm, const std::filesystem::path& path, Index rows, Index cols) {
  Part<T> part(comm, rows, cols);
  Archive archive = Archive::open(comm, path);
  archive.rows("/network/weights", part.partition, part.view());
  EXPECT_EQ(archive.shape("/network/weights"), (std::vector<Index>{rows, cols}));
  EXPECT_EQ(part.wrong(), 0);
  archive.close();
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put_bytes(const Communicator& comm, const std::filesystem::path& path, const std::string& bytes) {
  comm.barrier();
  if (comm.is_root()) std::ofstream(path, std::ios::binary) << bytes;
  comm.barrier();
}

std::string raw(const void* value, std::size_t size) { return {static_cast<const char*>(value), size}; }

TEST(Archive, BringsBackMatricesOfManyShapes) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  for (const Index rows : {1, 16, 17, 50, 1000, 4000})
    for (const Index cols : {0, 1, 7, 65}) {
      SCOPED_TRACE(testing::Message() << rows << " x " << cols);
      save_matrix<double>(comm, folder / "d.h5", rows, cols);
      load_matrix<double>(comm, folder / "d.h5", rows, cols);
      save_matrix<float>(comm, folder / "f.h5", rows, cols);
      load_matrix<float>(comm, folder / "f.h5", rows, cols);
    }
}

TEST(Archive, CutsLargeMatricesIntoSlices) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  // A slice has 13 rows and a block has 16, so that the two do not line up.
  save_matrix<double>(comm, folder / "large.h5", 50, 150001);
  load_matrix<double>(comm, folder / "large.h5", 50, 150001);
}

TEST(Archive, BringsBackReplicatedArraysAndAttributes) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  std::vector<double> matrix{1, 2, 3, 4, 5, 6};
  std::vector<std::int64_t> trials{-1, 5, std::int64_t{1} << 60};
  std::vector<float> nothing;
  std::int64_t step = 123456789012345;
  double error = 0.1;
  std::string config = std::string(100000, 'c') + "\n\u03b7 = 0.5\n", empty;
  {
    Archive archive = Archive::create(comm, folder / "a.h5");
    archive.attribute("/", "config", config);
    archive.attribute("/", "empty", empty);
    archive.attribute("/progress", "step", step);
    archive.attribute("/progress", "error", error);
    archive.replicated<double>("/network/output", matrix, 3);
    archive.replicated<std::int64_t>("/progress/trial", trials);
    archive.replicated<float>("/network/nothing", nothing, 4);
    archive.close();
  }
  Archive archive = Archive::open(comm, folder / "a.h5");
  std::vector<double> matrix_back(6);
  std::vector<std::int64_t> trials_back(3);
  std::int64_t step_back = 0;
  double error_back = 0;
  std::string config_back, empty_back = "x";
  archive.replicated<double>("/network/output", matrix_back, 3);
  archive.replicated<std::int64_t>("/progress/trial", trials_back);
  archive.replicated<float>("/network/nothing", nothing, 4);
  archive.attribute("/progress", "step", step_back);
  archive.attribute("/progress", "error", error_back);
  archive.attribute("/", "config", config_back);
  archive.attribute("/", "empty", empty_back);
  EXPECT_EQ(matrix_back, matrix);
  EXPECT_EQ(trials_back, trials);
  EXPECT_EQ(step_back, step);
  EXPECT_EQ(error_back, error);
  EXPECT_EQ(config_back, config);
  EXPECT_EQ(empty_back, "");
  EXPECT_TRUE(archive.contains("/network/output"));
  EXPECT_TRUE(archive.contains("progress"));
  EXPECT_TRUE(archive.contains("/"));
  EXPECT_FALSE(archive.contains("/network/missing"));
  EXPECT_FALSE(archive.contains("/missing/output"));
  EXPECT_FALSE(archive.contains("/network/output/below"));
  EXPECT_EQ(archive.shape("/network/output"), (std::vector<Index>{2, 3}));
  EXPECT_TRUE(archive.shape("/missing").empty());
}

TEST(Archive, KeepsTheFirstRanksAttributeWhereRanksDiffer) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  std::string host = "rank " + std::to_string(static_cast<int>(comm.rank()));
  {
    Archive archive = Archive::create(comm, folder / "a.h5");
    archive.attribute("/", "host", host);
    archive.close();
  }
  Archive archive = Archive::open(comm, folder / "a.h5");
  archive.attribute("/", "host", host);
  EXPECT_EQ(host, "rank 0");
}

/// Saves a file that has version 2 of the section "plasticity" in one group and no section elsewhere.
void save_section(const Communicator& comm, const std::filesystem::path& path) {
  std::int64_t step = 5;
  std::vector<double> pair{1, 2};
  Archive archive = Archive::create(comm, path);
  EXPECT_EQ(archive.section("/learning", {"plasticity", 2}), 2);
  archive.attribute("/progress", "step", step);
  archive.replicated<double>("/learning/pair", pair);
  archive.close();
}

TEST(Archive, BringsBackTheVersionOfASection) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  save_section(comm, folder / "a.h5");
  Archive archive = Archive::open(comm, folder / "a.h5");
  EXPECT_EQ(archive.section("/learning", {"plasticity", 2}), 2);
  EXPECT_EQ(archive.section("learning", {"plasticity", 3}), 2) << "a newer program reads older versions";
  EXPECT_EQ(message_of<RunError>([&] { archive.verify(); }), "nothing was thrown");
}

TEST(Archive, TakesAMissingSectionForTheFirstVersion) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  save_section(comm, folder / "a.h5");
  Archive archive = Archive::open(comm, folder / "a.h5");
  EXPECT_EQ(archive.section("/learning", {"neurons", 3}), 1);
  EXPECT_EQ(archive.section("/progress", {"plasticity", 3}), 1);
  EXPECT_EQ(archive.section("/missing", {"plasticity", 3}), 1);
}

TEST(Archive, RefusesASectionThatIsTooNew) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  save_section(comm, folder / "a.h5");
  Archive archive = Archive::open(comm, folder / "a.h5");
  const std::string message = message_of<RunError>([&] { archive.section("/learning", {"plasticity", 1}); });
  EXPECT_EQ(message, (folder / "a.h5").string() +
                         ": /learning has version 2 of the section plasticity, and this program reads versions up to "
                         "1; use a newer fullforce to read the file");
}

TEST(Archive, RefusesAFileWithSectionsOfANewerProgram) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  save_section(comm, folder / "a.h5");
  Archive archive = Archive::open(comm, folder / "a.h5");
  const auto refusal = [&](const std::vector<format::Section>& known) {
    return message_of<InputError>([&] { archive.require_sections(known); });
  };
  EXPECT_EQ(refusal({{"plasticity", 2}}), "nothing was thrown");
  const std::string begin = (folder / "a.h5").string() + ": /learning has ";
  const std::string end = "; use a newer fullforce to read the file";
  EXPECT_EQ(refusal({{"plasticity", 1}}),
            begin + "version 2 of the section plasticity, and this program reads versions up to 1" + end);
  EXPECT_EQ(refusal({{"neurons", 2}}), begin + "the section plasticity, which this program does not know" + end);
}

TEST(Archive, AFileWithoutASealOfANewerProgramIsNotDamaged) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  const auto refusal = [&](Index version) {
    agree(comm, [&] {
      if (!comm.is_root()) return;
      const hdf5::Handle file = hdf5::create_serially(folder / "a.h5");
      hdf5::write_attribute(file.get(), format::root::format, format::kind::network);
      hdf5::write_attribute(file.get(), format::root::format_version, version);
      hdf5::write_dataset(file.get(), "filling", {2000}, std::vector<double>(2000));
    });
    return [&] { Archive::open(comm, folder / "a.h5"); };
  };
  EXPECT_EQ(message_of<InputError>(refusal(format::version::network + 1)),
            (folder / "a.h5").string() +
                ": format_version = 2, and this program reads version 1; use a newer fullforce to read the file");
  EXPECT_TRUE(says(message_of<DamageError>(refusal(format::version::network)), "has no seal"));
}

TEST(Archive, NoticesAFlippedByteInAMatrix) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  save_matrix<double>(comm, folder / "a.h5", 2000, 5);  // it is large enough to have a checksum of its own
  std::string bytes = bytes_of(folder / "a.h5");
  const double last = entry<double>(1999, 0), next = entry<double>(1999, 1);
  const std::size_t place = bytes.find(raw(&last, 8) + raw(&next, 8));
  EXPECT_NE(place, std::string::npos);
  bytes.at(std::min(place, bytes.size() - 1)) ^= 1;
  put_bytes(comm, folder / "a.h5", bytes);
  const std::string message = message_of<RunError>([&] { load_matrix<double>(comm, folder / "a.h5", 2000, 5); });
  EXPECT_NE(message.find("/network/weights does not match its checksum in the 8 rows from 1992 on"), std::string::npos)
      << message;
  EXPECT_EQ(message_of<RunError>([&] { Archive::open(comm, folder / "a.h5").verify(); }), message);
  EXPECT_NE(message.find("a.h5"), std::string::npos) << message;
}

TEST(Archive, NoticesADamagedAttribute) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  std::string text = "a text that can be found";
  Archive archive = Archive::create(comm, folder / "a.h5");
  archive.attribute("/", "config", text);
  archive.close();
  std::string bytes = bytes_of(folder / "a.h5");
  const std::size_t place = bytes.find(text);
  EXPECT_NE(place, std::string::npos);
  bytes.at(std::min(place, bytes.size() - 1)) ^= 1;
  put_bytes(comm, folder / "a.h5", bytes);
  const std::string message = message_of<RunError>([&] { Archive::open(comm, folder / "a.h5"); });
  EXPECT_NE(message.find("attributes or small datasets do not match their checksum"), std::string::npos) << message;
}

TEST(Archive, NoticesAFlippedByteAnywhere) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  save_matrix<double>(comm, folder / "a.h5", 2000, 5);
  const std::string whole = bytes_of(folder / "a.h5");
  EXPECT_EQ(message_of<RunError>([&] { Archive::open(comm, folder / "a.h5").verify(); }), "nothing was thrown");
  for (std::size_t place = 0; place < whole.size(); place += 1009) {
    std::string bytes = whole;
    bytes[place] ^= 0x10;
    put_bytes(comm, folder / "a.h5", bytes);
    EXPECT_NE(message_of<RunError>([&] { Archive::open(comm, folder / "a.h5").verify(); }), "nothing was thrown")
        << place;
  }
  put_bytes(comm, folder / "a.h5", whole + "more");
  EXPECT_NE(message_of<RunError>([&] { Archive::open(comm, folder / "a.h5"); }).find("mixed up"), std::string::npos);
}

TEST(Archive, VerifiesDatasetsOfEveryKind) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  Part<float> part(comm, 4000, 7);
  Part<double> empty(comm, 4000, 0);
  Part<float> joined(comm, 4000, 0);  // stride 3
  part.fill();
  std::vector<double> pair{1, 2}, many(30000, 0.5);
  std::vector<std::int64_t> trials{3, 4, 5};
  {
    Archive archive = Archive::create(comm, folder / "a.h5");
    archive.rows("/a/part", part.partition, part.view());
    archive.rows("/a/empty", empty.partition, empty.view());
    archive.joined_rows<float>("/b/joined", joined.partition, {joined.values.data(), 3, 3});
    archive.replicated<double>("/pair", pair, 2);
    archive.replicated<double>("/many", many);
    archive.replicated<std::int64_t>("/b/trials", trials);
    archive.close();
  }
  Archive archive = Archive::open(comm, folder / "a.h5");
  EXPECT_EQ(message_of<RunError>([&] { archive.verify(); }), "nothing was thrown");
}

TEST(Archive, NoticesFilesThatAreNotWhole) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  { Archive archive = Archive::create(comm, folder / "unclosed.h5"); }
  save_matrix<double>(comm, folder / "cut.h5", 100, 5);
  const std::string bytes = bytes_of(folder / "cut.h5");
  put_bytes(comm, folder / "cut.h5", bytes.substr(0, bytes.size() / 2));
  put_bytes(comm, folder / "text.h5", std::string(5000, 'x'));
  put_bytes(comm, folder / "empty.h5", "");
  const auto open = [&](const char* name) {
    return message_of<DamageError>([&] { Archive::open(comm, folder / name); });
  };
  EXPECT_NE(open("unclosed.h5").find("was not written to its end"), std::string::npos) << open("unclosed.h5");
  EXPECT_NE(open("cut.h5").find("cut off"), std::string::npos);
  EXPECT_NE(open("text.h5").find("has no seal"), std::string::npos);
  EXPECT_NE(open("empty.h5").find("is empty"), std::string::npos) << open("empty.h5");
}

TEST(Archive, SaysWhatHasNotToDoWithDamage) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  const auto open = [&](const char* name) {
    return message_of<InputError>([&] { Archive::open(comm, folder / name); });
  };
  EXPECT_TRUE(says(open("missing.h5"), "missing.h5: there is no such file"));
  EXPECT_TRUE(says(open("."), "is a folder"));
}

/// The bytes of a file whose seal has another version, with a checksum that fits or does not.
std::string with_seal_of_version(char version, std::string bytes, bool fits) {
  bytes[15] = version;
  bytes.replace(16, 8, 8, '\0');
  const std::uint64_t checksum = XXH3_64bits(bytes.data(), 4096) + (fits ? 0 : 1);
  return bytes.replace(16, 8, raw(&checksum, 8));
}

TEST(Archive, ASealOfALaterVersionIsNoDamage) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  save_matrix<double>(comm, folder / "a.h5", 100, 5);
  const std::string bytes = bytes_of(folder / "a.h5");
  put_bytes(comm, folder / "a.h5", with_seal_of_version('2', bytes, true));
  EXPECT_TRUE(says(message_of<InputError>([&] { Archive::open(comm, folder / "a.h5"); }),
                   "has a seal of version 2, and this program reads version 1; use a newer fullforce"));
  put_bytes(comm, folder / "a.h5", with_seal_of_version('2', bytes, false));
  EXPECT_TRUE(says(message_of<DamageError>([&] { Archive::open(comm, folder / "a.h5"); }), "has no seal"));
}

TEST(Archive, AFileThatAnotherProgramWritesIsNotCalledDamaged) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  save_matrix<double>(comm, folder / "a.h5", 100, 5);
  const std::string bytes = bytes_of(folder / "a.h5");
  put_bytes(comm, folder / "a.h5", bytes.substr(0, bytes.size() - 1));
  std::optional<FileDescriptor> writer;
  if (comm.is_root()) {
    writer.emplace(folder / "a.h5", O_RDWR);
    EXPECT_EQ(::flock(writer->get(), LOCK_EX), 0);
  }
  const auto open = [&] { Archive::open(comm, folder / "a.h5"); };
  EXPECT_TRUE(says(message_of<RunError>(open), "another program has locked it"));
  comm.barrier();
  writer.reset();
  EXPECT_TRUE(says(message_of<DamageError>(open), "still being copied"));
}

TEST(Archive, SaysWhatDoesNotFit) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  save_matrix<double>(comm, folder / "a.h5", 100, 5);
  const auto load = [&](const std::string& dataset, auto type, Index rows, Index cols) {
    return message_of<RunError>([&] {
      Part<decltype(type)> part(comm, rows, cols);
      Archive archive = Archive::open(comm, folder / "a.h5");
      archive.rows(dataset, part.partition, part.view());
    });
  };
  EXPECT_NE(load("/network/weights", 0.0, 100, 6).find("has shape [100, 5], expected [100, 6]"), std::string::npos);
  EXPECT_NE(load("/network/weights", 0.0F, 100, 5).find("is not of type 32-bit"), std::string::npos);
  EXPECT_NE(load("/network/basis", 0.0, 100, 5).find("/network/basis is missing"), std::string::npos);
  std::int64_t step = 0;
  const std::string message =
      message_of<RunError>([&] { Archive::open(comm, folder / "a.h5").attribute("/network", "step", step); });
  EXPECT_NE(message.find("/network has no attribute step"), std::string::npos) << message;
}

TEST(Archive, SaysThatItCannotCreate) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  const std::string message = message_of<RunError>([&] { Archive::create(comm, folder / "no/such/folder.h5"); });
  EXPECT_NE(message.find("cannot be created: No such file or directory"), std::string::npos) << message;
}

/// Runs of rows follow no partition. Every rank may load any of them, also rows that other ranks load.
TEST(Archive, RowRunsMayOverlapWhereTheyAreLoaded) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  constexpr Index rows = 11, cols = 5;
  const Index me = static_cast<Index>(comm.rank()), size = comm.size();
  const auto fill = [](Index first, std::vector<std::int32_t>& values) {
    for (std::size_t k = 0; k < values.size(); ++k)
      values[k] =
          static_cast<std::int32_t>(100 * (first + static_cast<Index>(k) / cols) + static_cast<Index>(k) % cols);
  };
  const Index first = rows * me / size, count = rows * (me + 1) / size - first;
  std::vector<std::int32_t> mine(as_size(count * cols));
  fill(first, mine);
  Archive saved = Archive::create(comm, folder / "runs.h5");
  saved.row_run<std::int32_t>("/network/partners", {rows, first, count}, {mine.data(), cols, cols});
  saved.close();
  const Index wanted = std::min(rows, first + 7) - first;
  std::vector<std::int32_t> loaded(as_size(wanted * cols)), expected(loaded.size());
  fill(first, expected);
  Archive archive = Archive::open(comm, folder / "runs.h5");
  archive.row_run<std::int32_t>("/network/partners", {rows, first, wanted}, {loaded.data(), cols, cols});
  archive.verify();
  archive.close();
  EXPECT_EQ(loaded, expected);
}

}  // namespace
}  // namespace fullforce
