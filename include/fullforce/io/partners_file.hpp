#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// What a file with partners has to fit.
struct PartnersShape {
  Index neurons = 0;    ///< N
  Index groups = 0;     ///< the number of its rows
  Index in_degree = 0;  ///< K, the largest number of partners in a row
};

/// A file of the user with the presynaptic partners of each group of neurons (learning.partners). It is HDF5 with two
/// datasets of integers in the compressed sparse row (CSR) form: group g reads the neurons indices[indptr[g]] to
/// indices[indptr[g + 1] - 1]. `indptr` is [groups + 1], and `indices` [indptr[groups]].
class PartnersFile {
 public:
  /// Opens the file, by one rank alone. Throws InputError where it cannot be read, or where it does not fit `shape`.
  PartnersFile(const std::string& path, const PartnersShape& shape);
  ~PartnersFile();

  /// Writes the partners of a group in ascending order, and -1 into what is left of `partners` [K]. Throws InputError
  /// where one of them is no neuron, or stands there twice.
  void read(Index group, std::span<std::int32_t> partners) const;

  /// Throws InputError unless every row is as read() wants it.
  void check() const;

 private:
  struct Contents;
  std::string path_;
  PartnersShape shape_;
  std::unique_ptr<Contents> contents_;
};

}  // namespace fullforce
