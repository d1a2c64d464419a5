#pragma once
#include <mpi.h>

#include <limits>

#include "fullforce/base/check.hpp"
#include "fullforce/base/types.hpp"

namespace fullforce {

template <class T>
MPI_Datatype datatype_of();
template <>
inline MPI_Datatype datatype_of<float>() {
  return MPI_FLOAT;
}
template <>
inline MPI_Datatype datatype_of<double>() {
  return MPI_DOUBLE;
}
template <>
inline MPI_Datatype datatype_of<std::int64_t>() {
  return MPI_INT64_T;
}

inline int checked_count(Index count) {
  require(count <= std::numeric_limits<int>::max(),
          "{} values in one message (MPI counts them in 31 bits): use more ranks, fewer streams or a shorter panel",
          count);
  return static_cast<int>(count);
}

}  // namespace fullforce
