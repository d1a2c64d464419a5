#pragma once

/// The instruction sets of x86 beyond the first ones of 64 bits that compilers use by themselves. Each has the name by
/// which compilers ask the processor for it, and the macro that is 1 where the compiler may use it.
///
/// Only macros stand here, because one of the files that include this header must not share functions with others.
#define FULLFORCE_INSTRUCTION_SETS(SET)       \
  SET("sse3", __SSE3__)                       \
  SET("ssse3", __SSSE3__)                     \
  SET("sse4.1", __SSE4_1__)                   \
  SET("sse4.2", __SSE4_2__)                   \
  SET("popcnt", __POPCNT__)                   \
  SET("aes", __AES__)                         \
  SET("pclmul", __PCLMUL__)                   \
  SET("avx", __AVX__)                         \
  SET("fma4", __FMA4__)                       \
  SET("xop", __XOP__)                         \
  SET("bmi", __BMI__)                         \
  SET("bmi2", __BMI2__)                       \
  SET("avx2", __AVX2__)                       \
  SET("fma", __FMA__)                         \
  SET("avx512f", __AVX512F__)                 \
  SET("avx512cd", __AVX512CD__)               \
  SET("avx512vl", __AVX512VL__)               \
  SET("avx512bw", __AVX512BW__)               \
  SET("avx512dq", __AVX512DQ__)               \
  SET("avx512ifma", __AVX512IFMA__)           \
  SET("avx512vbmi", __AVX512VBMI__)           \
  SET("avx512vbmi2", __AVX512VBMI2__)         \
  SET("avx512vnni", __AVX512VNNI__)           \
  SET("avx512bitalg", __AVX512BITALG__)       \
  SET("avx512vpopcntdq", __AVX512VPOPCNTDQ__) \
  SET("avx512bf16", __AVX512BF16__)           \
  SET("gfni", __GFNI__)                       \
  SET("vpclmulqdq", __VPCLMULQDQ__)

namespace fullforce {

#define FULLFORCE_COUNT(name, macro) +1
inline constexpr int instruction_set_count = 0 FULLFORCE_INSTRUCTION_SETS(FULLFORCE_COUNT);
#undef FULLFORCE_COUNT

/// Whether this program was built for each of the instruction sets. It is data alone, since code could already use
/// them.
extern const bool built_for[instruction_set_count];

}  // namespace fullforce
