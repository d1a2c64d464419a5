#include "fullforce/parallel/fixed_point.hpp"

#include <bit>
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#include <immintrin.h>
#endif

namespace fullforce {
namespace {

#if defined(__AVX512F__) && defined(__AVX512DQ__)
__m512d load(const double* values) { return _mm512_loadu_pd(values); }
__m512d load(const float* values) { return _mm512_cvtps_pd(_mm256_loadu_ps(values)); }

/// Adds as many values as fill whole registers, from the front, and returns how many these were. The conversion rounds
/// as std::llrint does.
template <class T>
std::size_t add_in_registers(std::span<const T> values, double scale, double limit, std::int64_t* sums,
                             std::int64_t& errors) {
  constexpr std::size_t width = 8;
  std::size_t k = 0;
  for (; k + width <= values.size(); k += width) {
    const __m512d scaled = _mm512_mul_pd(load(values.data() + k), _mm512_set1_pd(scale));
    const __mmask8 in_range = _mm512_cmp_pd_mask(_mm512_abs_pd(scaled), _mm512_set1_pd(limit), _CMP_LE_OQ);
    errors += static_cast<std::int64_t>(width) - std::popcount(static_cast<unsigned>(in_range));
    const __m512i numbers = _mm512_maskz_cvtpd_epi64(in_range, scaled);
    _mm512_storeu_si512(sums + k, _mm512_add_epi64(_mm512_loadu_si512(sums + k), numbers));
  }
  return k;
}
#else
template <class T>
std::size_t add_in_registers(std::span<const T>, double, double, std::int64_t*, std::int64_t&) {
  return 0;
}
#endif

}  // namespace

template <Real T>
void FixedPoint::add(std::span<const T> values, std::int64_t* sums, std::int64_t& errors) const {
  // A local count may stay in a register, which `errors` cannot do beside the sums.
  std::int64_t wrong = 0;
  for (std::size_t k = add_in_registers(values, scale_, limit, sums, wrong); k < values.size(); ++k)
    sums[k] += encode(static_cast<double>(values[k]), wrong);
  errors += wrong;
}

template void FixedPoint::add(std::span<const float>, std::int64_t*, std::int64_t&) const;
template void FixedPoint::add(std::span<const double>, std::int64_t*, std::int64_t&) const;

}  // namespace fullforce
