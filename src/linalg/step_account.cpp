#include "fullforce/linalg/step_account.hpp"

namespace fullforce {
namespace {

constexpr std::size_t most_of_a_step = 32;

}  // namespace

Work& Work::operator+=(const Work& other) {
  operations += other.operations;
  bytes += other.bytes;
  double_operations += other.double_operations;
  return *this;
}

Work MatrixSweep::work() const {
  const double operations = 2.0 * elements() * (vectors + columns);
  return {operations, (columns > 0.0 ? 2.0 : 1.0) * elements() * element_bytes,
          precision == Precision::double_precision ? operations : 0.0};
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
  for (const MatrixSweep& sweep : sweeps_) all += sweep.work();
  return all;
}

}  // namespace fullforce
