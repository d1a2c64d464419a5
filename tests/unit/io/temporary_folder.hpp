#pragma once
#include "support/temporary_folder.hpp"

namespace fullforce::test {
using fullforce::TemporaryFolder;
}
