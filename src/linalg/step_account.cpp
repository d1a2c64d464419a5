#include "fullforce/linalg/step_account.hpp"

namespace fullforce {
namespace {

constexpr std::size_t most_of_a_step = 32;

}  // namespace

Work MatrixSweep::work() const {
  return {2.0 * elements() * (vectors + columns), (columns > 0.0 ? 2.0 : 1.0) * elements() * element_bytes};
}

StepAccount::StepAccount() {
  sweeps_.reserve(most_of_a_step);
  messages_.reserve(most_of_a_step);
}

void StepAccount::clear() {
  sweeps_.clear();
  messages_.clear();
}

void StepAccount::add(const StepAccount& other, double times) {
  for (MatrixSweep sweep : other.sweeps_) {
    sweep.times *= times;
    sweeps_.push_back(sweep);
  }
  for (Message message : other.messages_) {
    message.times *= times;
    messages_.push_back(message);
  }
}

Work StepAccount::work() const {
  Work all;
  for (const MatrixSweep& sweep : sweeps_) {
    const Work one = sweep.work();
    all.operations += one.operations;
    all.bytes += one.bytes;
  }
  return all;
}

}  // namespace fullforce
