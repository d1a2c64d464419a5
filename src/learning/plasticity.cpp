#include "fullforce/learning/plasticity.hpp"

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/learning/shared_gain_rls.hpp"

namespace fullforce {

template <Real T>
void Plasticity<T>::draw_recurrent(double, std::uint64_t, std::span<const std::uint8_t>) {
  throw InputError("task.target: recurrent weights of this learning.features cannot start at random (use \"dense\")");
}

template <Real T>
std::unique_ptr<Plasticity<T>> make_plasticity(const Layout& layout, const LearningOptions& options,
                                               const PlasticitySizes& sizes) {
  return std::make_unique<SharedGainRls<T>>(layout, options, sizes);
}

std::unique_ptr<PlasticityShape> plasticity_shape(const RowPartition& partition, int threads,
                                                  const LearningOptions& options, const PlasticitySizes& sizes) {
  return with_scalar(options.precision, [&](auto scalar) -> std::unique_ptr<PlasticityShape> {
    return std::make_unique<typename SharedGainRls<decltype(scalar)>::Shape>(partition, threads, options, sizes);
  });
}

bool has_pending_updates(Archive& archive) { return archive.contains(format::learning::pending_right); }

template class Plasticity<float>;
template class Plasticity<double>;
template std::unique_ptr<Plasticity<float>> make_plasticity(const Layout&, const LearningOptions&,
                                                            const PlasticitySizes&);
template std::unique_ptr<Plasticity<double>> make_plasticity(const Layout&, const LearningOptions&,
                                                             const PlasticitySizes&);

}  // namespace fullforce
