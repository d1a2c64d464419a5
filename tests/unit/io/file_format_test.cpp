#include "fullforce/io/file_format.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fullforce {
namespace {

TEST(FileFormat, BasisStandsBelowTheGroupOfItsOwner) {
  const std::string basis = std::string("/") + format::basis::matrix;
  EXPECT_EQ(format::network::group + basis, format::network::basis);
  EXPECT_EQ(format::currents::group + basis, format::currents::basis);
}

}  // namespace
}  // namespace fullforce
