#include "fullforce/parallel/waiting.hpp"

namespace fullforce {
namespace {

bool shared_cores = false;

}  // namespace

void set_cores_are_shared(bool shared) { shared_cores = shared; }

bool cores_are_shared() { return shared_cores; }

}  // namespace fullforce
