// The loops of CStableKernels.h. The file that includes this defines KERNEL(name), the name of a kernel, and
// KERNEL_TARGET, the instruction set that its loops are compiled for.
#include <math.h>
#include <string.h>
#include "CStableKernels.h"

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))
// Four vectors at a time hide the latency of the polynomials.
#define LOOP _Pragma("clang loop vectorize(enable) interleave_count(4)")

_Static_assert(-3 >> 1 == -2, "right shifts of negative numbers are arithmetic");

static const uint64_t mantissa_mask = 0xfffffffffffff, one_bits = 0x3ff0000000000000;

INLINE double double_of(uint64_t bits) { double x; memcpy(&x, &bits, sizeof x); return x; }
INLINE uint64_t bits_of(double x) { uint64_t bits; memcpy(&bits, &x, sizeof bits); return bits; }
INLINE float single_of(uint32_t bits) { float x; memcpy(&x, &bits, sizeof x); return x; }
INLINE uint32_t single_bits_of(float x) { uint32_t bits; memcpy(&bits, &x, sizeof bits); return bits; }
INLINE double fma_(double a, double b, double c) { return __builtin_fma(a, b, c); }
INLINE float fmaf_(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

// MARK: - Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011)

/// The 52-bit integers k1, k2 of a counter, each in the low bits; the bits above are not cleared.
typedef struct { uint64_t k1, k2; } uniform_bits;

/// 32-bit words in 64-bit lanes: the products need no shuffle.
INLINE uniform_bits philox(mckean_counter counter, uint32_t offset) {
  uint64_t c0 = counter.particle + offset, c1 = counter.step, c2 = counter.component, c3 = counter.stream;
  uint32_t key0 = counter.seed, key1 = counter.replica;
  for (int round = 0; round < 10; round++) {
    const uint64_t product0 = (uint64_t)(uint32_t)c0 * 0xD2511F53u, product1 = (uint64_t)(uint32_t)c2 * 0xCD9E8D57u;
    c0 = (product1 >> 32) ^ c1 ^ key0;
    c2 = (product0 >> 32) ^ c3 ^ key1;
    c1 = product1;
    c3 = product0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return (uniform_bits){c0 << 20 | (uint32_t)c1 >> 12, c2 << 20 | (uint32_t)c3 >> 12};
}

/// (k + 1/2) / 2^52, exactly, from the low 52 bits.
INLINE double uniform_of(uint64_t k) { return double_of((k & mantissa_mask) | one_bits) - (1 - 0x1p-53); }

/// What a draw needs of its first uniform u1: sign bit set where u1 > 1/2; t = 2 min(u1, 1 - u1) and 1 - t, both exact.
typedef struct { uint64_t sign; double t, one_minus_t; } angle;

INLINE angle angle_of(uint64_t k1) {
  const uint64_t upper = (uint64_t)((int64_t)(k1 << 12) >> 63);  // all ones where u1 > 1/2
  const double one_plus_t = double_of((((k1 << 1) ^ upper) & mantissa_mask) | one_bits | 1);
  return (angle){upper & 0x8000000000000000, one_plus_t - 1, 2 - one_plus_t};
}

// MARK: - Polynomials: minimax, by Remez's algorithm in 60 digits

/// sin(pi x / 2) on [0, 1].
INLINE double sin_half_pi(double x) {
  const double z = x * x;
  double p = 0x1.9d1b85172e16fp-38;
  p = fma_(p, z, -0x1.6f7976ffe56dfp-31);
  p = fma_(p, z, 0x1.e8f35e9d07e89p-25);
  p = fma_(p, z, -0x1.e3074ddd1c67fp-19);
  p = fma_(p, z, 0x1.50783485190b1p-13);
  p = fma_(p, z, -0x1.32d2cce627542p-8);
  p = fma_(p, z, 0x1.466bc6775aa6ep-4);
  p = fma_(p, z, -0x1.4abbce625be52p-1);
  return fma_(p, z, 0x1.921fb54442d18p+0) * x;
}

INLINE float sin_half_pi_single(float x) {
  const float z = x * x;
  float p = 0x1.3daffcp-13f;
  p = fmaf_(p, z, -0x1.324cccp-8f);
  p = fmaf_(p, z, 0x1.4668bp-4f);
  p = fmaf_(p, z, -0x1.4abbc2p-1f);
  return fmaf_(p, z, 0x1.921fb6p+0f) * x;
}

/// Q(z) of ln((1 + s) / (1 - s)) = 2 s + s z Q(z), z = s^2, |s| <= 0.2008.
INLINE double log_polynomial(double z) {
  double q = 0x1.3b1ad56a36faap-3;
  q = fma_(q, z, 0x1.3846e222ba932p-3);
  q = fma_(q, z, 0x1.74757c3ed9169p-3);
  q = fma_(q, z, 0x1.c71bfda14f0bfp-3);
  q = fma_(q, z, 0x1.249249b80d59cp-2);
  q = fma_(q, z, 0x1.99999998e8481p-2);
  return fma_(q, z, 0x1.5555555555796p-1);
}

INLINE float log_polynomial_single(float z) {
  return fmaf_(fmaf_(0x1.370bdap-2f, z, 0x1.992934p-2f), z, 0x1.5555b6p-1f);
}

/// (2^x - 1 - x ln 2) / x^2 on [-1/2, 1/2].
INLINE double exp2_remainder(double x) {
  double p = 0x1.e8cabcc7c0c14p-32;
  p = fma_(p, x, 0x1.e605d2a426f70p-28);
  p = fma_(p, x, 0x1.b525a08ffa113p-24);
  p = fma_(p, x, 0x1.62bfd4b4aad48p-20);
  p = fma_(p, x, 0x1.ffcbfc1ea525bp-17);
  p = fma_(p, x, 0x1.4309130958e46p-13);
  p = fma_(p, x, 0x1.5d87fe78b2114p-10);
  p = fma_(p, x, 0x1.3b2ab6fba1e40p-7);
  p = fma_(p, x, 0x1.c6b08d704a08ep-5);
  return fma_(p, x, 0x1.ebfbdff82c598p-3);
}

/// (2^x - 1) / x on [-1/2, 1/2].
INLINE double exp2_polynomial(double x) { return fma_(exp2_remainder(x), x, 0x1.62e42fefa39efp-1); }

INLINE float exp2_polynomial_single(float x) {
  float p = 0x1.4308eep-13f;
  p = fmaf_(p, x, 0x1.5f07b6p-10f);
  p = fmaf_(p, x, 0x1.3b2bap-7f);
  p = fmaf_(p, x, 0x1.c6af6ep-5f);
  p = fmaf_(p, x, 0x1.ebfbdep-3f);
  return fmaf_(p, x, 0x1.62e43p-1f);
}

/// sin x / x - 1 in z = x^2, over z, |x| <= pi/2.
INLINE double sin_polynomial(double z) {
  double p = 0x1.880f49aeafb48p-49;
  p = fma_(p, z, -0x1.ae4207673ad09p-41);
  p = fma_(p, z, 0x1.6123c66e7f429p-33);
  p = fma_(p, z, -0x1.ae6454b57c6f1p-26);
  p = fma_(p, z, 0x1.71de3a524e359p-19);
  p = fma_(p, z, -0x1.a01a01a013dfbp-13);
  p = fma_(p, z, 0x1.11111111110b0p-7);
  return fma_(p, z, -0x1.5555555555555p-3);
}

// MARK: - Stable draws
//
// With V = pi (u1 - 1/2), W = -ln(1 - u2), t = 2 min(u1, 1 - u1) and S(x) = sin(pi x / 2), both laws have the form
//
//     S(a) / S(t) * (S(b) / (W S(t)))^c,  c = 1 / alpha - 1,
//
//     symmetric  (Chambers, Mallows, Stuck 1976)  a = alpha (1 - t),  b = 1 - |1 - alpha| (1 - t),  the sign that of V
//     positive   (Kanter 1975)                    a = 2 alpha u1,     b = 2 (1 - alpha) u1
//
// because cos V = S(t), and in the symmetric law sin(alpha |V|) = S(a), cos((1 - alpha) V) = S(b). An argument above 1
// is replaced by 2 minus it, which S does not notice. A distance to a zero of S is never the difference of two rounded
// numbers.

/// c = 1 / alpha - 1 in two parts, of which the first times an integer below 2^8 is exact, and c / ln 2.
typedef struct { double high, low, over_ln2; } exponent;

INLINE exponent exponent_of(double alpha) {
  const double one_minus_alpha = 1 - alpha, rounded_off = (1 - one_minus_alpha) - alpha;
  const double rounded = one_minus_alpha / alpha;
  const double high = double_of(bits_of(rounded) & ~(uint64_t)0xff);
  const double low = (fma_(-high, alpha, one_minus_alpha) + rounded_off) / alpha;
  return (exponent){high, low, rounded * 0x1.71547652b82fep+0};
}

/// -W = ln(1 - u2), with 1 - u2 exact.
INLINE double minus_exponential(uint64_t k2) {
  const double x = uniform_of(~k2);
  // x = 2^e m with m in [sqrt(1/2), sqrt(2))
  const uint64_t sqrt_half_bits = 0x3fe6a09e667f3bcd;
  const uint64_t bits = bits_of(x) + (one_bits - sqrt_half_bits);
  const double e = double_of(bits >> 52 | 0x4330000000000000) - (0x1p52 + 1023);
  const double m = double_of((bits & mantissa_mask) + sqrt_half_bits);
  const double f = m - 1, s = f / (m + 1), z = s * s;
  return fma_(e, 0x1.62e42fefa39efp-1, fma_(-s, f - z * log_polynomial(z), f));
}

/// sine / cosine * (b / (W cosine))^c * scale.
INLINE double stable_of(double sine, double cosine, double b, double minus_w, exponent c, double scale) {
  // b / d = 2^e (b / shifted), the latter within 2^±0.59. One division yields 1 / cosine and the logarithm's argument
  // s = (b - shifted) / (b + shifted).
  const double d = -minus_w * cosine;
  const uint64_t biased = (bits_of(b) - bits_of(d) + 0x4338000000000000) >> 52;
  const double e = double_of(biased | 0x4330000000000000) - (0x1p52 + 0x433);
  const double shifted = double_of(bits_of(d) + ((biased - 0x433) << 52));
  const double sum = b + shifted, reciprocal = 1 / (cosine * sum);
  const double s = (b - shifted) * cosine * reciprocal, z = s * s;
  // y + y_low = c log2(b / d)
  const double whole = c.high * e, fraction = c.over_ln2 * (s * fma_(z, log_polynomial(z), 2));
  const double y = whole + fraction, y_low = fma_(c.low, e, (whole - y) + fraction);
  const double shift = y + 0x1.8p52, x = (y - (shift - 0x1.8p52)) + y_low;
  const double power = double_of(bits_of(fma_(exp2_polynomial(x), x, 1)) + (bits_of(shift) << 52));
  return sine * (sum * reciprocal) * (y < 1023 ? power : INFINITY) * scale;
}

KERNEL_TARGET
void KERNEL(symmetric_stable_double)(double *draws, size_t count, mckean_counter counter, double alpha, double scale) {
  const exponent c = exponent_of(alpha);
  const double two_minus_alpha = 2 - alpha;
  const double distance = fabs(1 - alpha), one_minus_distance = alpha < 1 ? alpha : two_minus_alpha;
  LOOP
  for (size_t i = 0; i < count; i++) {
    const uniform_bits k = philox(counter, (uint32_t)i);
    const angle v = angle_of(k.k1);
    const double a = alpha * v.one_minus_t, folded = fma_(alpha, v.t, two_minus_alpha);
    const double b = fma_(distance, v.t, one_minus_distance);
    const double draw = stable_of(
        sin_half_pi(a < folded ? a : folded), sin_half_pi(v.t), sin_half_pi(b), minus_exponential(k.k2), c, scale);
    draws[i] = double_of(bits_of(draw) ^ v.sign ^ 0x8000000000000000);
  }
}

KERNEL_TARGET
void KERNEL(positive_stable_double)(double *draws, size_t count, mckean_counter counter, double alpha) {
  const exponent c = exponent_of(alpha);
  const double beta = 1 - alpha;
  LOOP
  for (size_t i = 0; i < count; i++) {
    const uniform_bits k = philox(counter, (uint32_t)i);
    const angle v = angle_of(k.k1);
    const double u = v.sign ? 2 - v.t : v.t;  // 2 u1
    const double a = alpha * u, a_folded = fma_(alpha, v.t, 2 * beta);
    const double b = beta * u, b_folded = fma_(beta, v.t, 2 * alpha);
    draws[i] = stable_of(
        sin_half_pi(a < a_folded ? a : a_folded), sin_half_pi(v.t), sin_half_pi(b < b_folded ? b : b_folded),
        minus_exponential(k.k2), c, 1);
  }
}

INLINE float power_of_two_single(int32_t n) { return single_of((uint32_t)(n + 127) << 23); }

/// The uniforms, and the distances to the zeros of S, in double; the rest in single precision.
KERNEL_TARGET
void KERNEL(symmetric_stable_single)(float *draws, size_t count, mckean_counter counter, double alpha, double scale) {
  const double one_minus_alpha = 1 - alpha, distance = fabs(one_minus_alpha);
  const float alpha_single = (float)alpha, two_minus_alpha = (float)(2 - alpha);
  const float distance_single = (float)distance, one_minus_distance = (float)(alpha < 1 ? alpha : 2 - alpha);
  // its power of two joins the draw's: the scale may be beyond a float where the draw is not
  int scale_exponent;
  const float scale_mantissa = (float)frexp(scale, &scale_exponent);
  // as `exponent`: an integer below 2^8 times the first part is exact
  const float c_high = single_of(single_bits_of((float)(one_minus_alpha / alpha)) & ~(uint32_t)0xff);
  const float c_low = (float)(one_minus_alpha / alpha - c_high);
  const float c_over_ln2 = (float)(one_minus_alpha / alpha * 0x1.71547652b82fep+0);
  _Pragma("clang loop vectorize_width(32) interleave_count(2)")
  for (size_t i = 0; i < count; i++) {
    const uniform_bits k = philox(counter, (uint32_t)i);
    const angle v = angle_of(k.k1);
    const float t = (float)v.t;
    const float a = alpha_single * (float)v.one_minus_t, folded = fmaf_(alpha_single, t, two_minus_alpha);
    const float sine = sin_half_pi_single(a < folded ? a : folded), cosine = sin_half_pi_single(t);
    const float b = sin_half_pi_single(fmaf_(distance_single, t, one_minus_distance));
    // W: 1 - u2 = 2^e m and m - 1 exactly, then its logarithm
    const uint64_t sqrt_half_bits = 0x3fe6a09e667f3bcd;
    const uint64_t bits = bits_of(uniform_of(~k.k2)) + (one_bits - sqrt_half_bits);
    const float e_w = (float)(double_of(bits >> 52 | 0x4330000000000000) - (0x1p52 + 1023));
    const float f = (float)(double_of((bits & mantissa_mask) + sqrt_half_bits) - 1);
    const float s_w = f / (f + 2), z_w = s_w * s_w;
    const float minus_w = fmaf_(e_w, 0x1.62e43p-1f, fmaf_(-s_w, f - z_w * log_polynomial_single(z_w), f));
    // as `stable_of`
    const float d = -minus_w * cosine;
    const int32_t e = (int32_t)(single_bits_of(b) - single_bits_of(d) + 0x400000u) >> 23;
    const float shifted = single_of(single_bits_of(d) + ((uint32_t)e << 23));
    const float sum = b + shifted, reciprocal = 1 / (cosine * sum);
    const float s = (b - shifted) * cosine * reciprocal, z = s * s;
    const float whole = c_high * (float)e, fraction = c_over_ln2 * (s * fmaf_(z, log_polynomial_single(z), 2));
    const float y = whole + fraction, y_low = fmaf_(c_low, (float)e, (whole - y) + fraction);
    const float shift = y + 0x1.8p23f, x = (y - (shift - 0x1.8p23f)) + y_low;
    // 2^n in two factors, since n may be above 127 where the draw is not; beyond these limits the draw is too
    int32_t n = (int32_t)(single_bits_of(shift) - single_bits_of(0x1.8p23f)) + scale_exponent;
    n = n < -252 ? -252 : n;
    n = n > 254 ? 254 : n;
    const int32_t half = n >> 1;
    const float power = fmaf_(exp2_polynomial_single(x), x, 1);
    const float draw = sine * scale_mantissa * (sum * reciprocal) * power * power_of_two_single(half)
                       * power_of_two_single(n - half);
    draws[i] = single_of(single_bits_of(draw) ^ (uint32_t)((v.sign >> 32) ^ 0x80000000u));
  }
}

KERNEL_TARGET
void KERNEL(first_uniform_double)(double *uniforms, size_t count, mckean_counter counter) {
  for (size_t i = 0; i < count; i++) uniforms[i] = uniform_of(philox(counter, (uint32_t)i).k1);
}

KERNEL_TARGET
void KERNEL(uniform_double)(double *first, double *second, size_t count, mckean_counter counter) {
  for (size_t i = 0; i < count; i++) {
    const uniform_bits k = philox(counter, (uint32_t)i);
    first[i] = uniform_of(k.k1);
    second[i] = uniform_of(k.k2);
  }
}

// MARK: - Products

/// A tile of up to `rows` rows and `columns` columns of the sums, each with a running sum over the products in order.
INLINE void add_products_of_tile(
    double *sums, const float *left, const float *right, size_t inner, size_t stride, int rows, int columns) {
  double running[5][32] = {{0}};
  for (size_t i = 0; i < inner; i++) {
    for (int row = 0; row < rows; row++) {
      const double factor = left[row * inner + i];
      for (int column = 0; column < columns; column++) running[row][column] += factor * right[i * stride + column];
    }
  }
  for (int row = 0; row < rows; row++) {
    for (int column = 0; column < columns; column++) sums[row * stride + column] += running[row][column];
  }
}

KERNEL_TARGET
void KERNEL(add_products_single)(
    double *sums, const float *left, const float *right, size_t rows, size_t inner, size_t columns) {
  for (size_t column = 0; column < columns;) {
    // a few rows leave registers for wider tiles
    const int width = columns - column < 16 ? 1 : rows < 5 && columns - column >= 32 ? 32 : 16;
    for (size_t row = 0; row < rows;) {
      const int height = rows - row >= 5 ? 5 : rows - row >= 2 && width == 32 ? 2 : 1;
      double *tile = sums + row * columns + column;
      const float *factors = left + row * inner, *values = right + column;
      // constant sizes, so that the running sums stay in registers
      if (width == 16 && height == 5) add_products_of_tile(tile, factors, values, inner, columns, 5, 16);
      else if (width == 32 && height == 2) add_products_of_tile(tile, factors, values, inner, columns, 2, 32);
      else if (width == 32) add_products_of_tile(tile, factors, values, inner, columns, 1, 32);
      else if (width == 16) add_products_of_tile(tile, factors, values, inner, columns, 1, 16);
      else if (height == 5) add_products_of_tile(tile, factors, values, inner, columns, 5, 1);
      else add_products_of_tile(tile, factors, values, inner, columns, 1, 1);
      row += height;
    }
    column += width;
  }
}

/// A tile of `width` points of one neuron.
#define GRADIENTS_OF_TILE(number, fused, width, derivative) { \
    number sums[width] = {0}; \
    for (size_t output = 0; output < outputs; output++) { \
      const number weight = weights[output * neurons + neuron], *row = residuals + output * points + point; \
      for (int i = 0; i < width; i++) sums[i] = fused(weight, row[i], sums[i]); \
    } \
    for (int i = 0; i < width; i++) { \
      const number value = values[point + i]; \
      gradients[point + i] = sums[i] * (derivative); \
    } \
    point += width; \
  }

#define GRADIENTS_OF_ROWS(number, fused, derivative) \
  for (size_t neuron = 0; neuron < neurons; neuron++, gradients += points, values += points) { \
    size_t point = 0; \
    while (points - point >= 64) GRADIENTS_OF_TILE(number, fused, 64, derivative) \
    while (points - point >= 8) GRADIENTS_OF_TILE(number, fused, 8, derivative) \
    while (point < points) GRADIENTS_OF_TILE(number, fused, 1, derivative) \
  } \
  break;

#define GRADIENTS(number, fused) \
  switch (derivative) { \
  case mckean_derivative_is_value: GRADIENTS_OF_ROWS(number, fused, value) \
  case mckean_derivative_of_tanh: GRADIENTS_OF_ROWS(number, fused, 1 - value * value) \
  case mckean_derivative_of_sigmoid: GRADIENTS_OF_ROWS(number, fused, value * (1 - value)) \
  case mckean_derivative_of_relu: GRADIENTS_OF_ROWS(number, fused, value > 0) \
  }

KERNEL_TARGET
void KERNEL(gradients_double)(
    double *restrict gradients, const double *restrict weights, const double *restrict residuals,
    const double *restrict values,
    mckean_derivative derivative, size_t neurons, size_t outputs, size_t points) { GRADIENTS(double, fma_) }
KERNEL_TARGET
void KERNEL(gradients_single)(
    float *restrict gradients, const float *restrict weights, const float *restrict residuals,
    const float *restrict values,
    mckean_derivative derivative, size_t neurons, size_t outputs, size_t points) { GRADIENTS(float, fmaf_) }

// MARK: - Elementary functions

// a value that is not a number stays one
#define RELU_LOOP \
  LOOP \
  for (size_t i = 0; i < count; i++) values[i] = values[i] < 0 ? 0 : values[i];

KERNEL_TARGET
void KERNEL(relu_double)(double *values, size_t count) { RELU_LOOP }
KERNEL_TARGET
void KERNEL(relu_single)(float *values, size_t count) { RELU_LOOP }

/// 2^n (1 + q) = e^x, for x within ±1000 or NaN.
typedef struct { double q; int64_t n; } split_exponential;

INLINE split_exponential split_exp(double x) {
  const double y = x * 0x1.71547652b82fep+0;
  const double y_low = fma_(x, 0x1.71547652b82fep+0, -y) + x * 0x1.777d0ffda0d24p-56;
  const double shift = y + 0x1.8p52, f = (y - (shift - 0x1.8p52)) + y_low;
  const double q = fma_(f, 0x1.62e42fefa39efp-1, f * f * exp2_remainder(f));
  return (split_exponential){q, (int64_t)(bits_of(shift) - bits_of(0x1.8p52))};
}

INLINE double power_of_two(int64_t n) { return double_of((uint64_t)(n + 1023) << 52); }

INLINE double exp_of(double x) {
  x = x > 710 ? 710 : x;
  x = x < -746 ? -746 : x;
  const split_exponential e = split_exp(x);
  const int64_t half = (int64_t)((uint64_t)(e.n + 2048) >> 1) - 1024;
  return (1 + e.q) * power_of_two(half) * power_of_two(e.n - half);
}

KERNEL_TARGET
void KERNEL(exp_double)(double *values, size_t count) {
  LOOP
  for (size_t i = 0; i < count; i++) values[i] = exp_of(values[i]);
}

KERNEL_TARGET
void KERNEL(tanh_double)(double *values, size_t count) {
  LOOP
  for (size_t i = 0; i < count; i++) {
    const double magnitude = fabs(values[i]);
    // tanh |x| = -m / (2 + m), m = e^{-2|x|} - 1 = (2^n - 1) + 2^n q; it is 1 to rounding from 20 on
    const split_exponential e = split_exp(-2 * (magnitude > 20 ? 20 : magnitude));
    const double power = power_of_two(e.n), m = fma_(power, e.q, power - 1);
    values[i] = copysign(-m / (2 + m), values[i]);
  }
}

KERNEL_TARGET
void KERNEL(sigmoid_double)(double *values, size_t count) {
  LOOP
  for (size_t i = 0; i < count; i++) {
    const double e = exp_of(-fabs(values[i]));
    values[i] = (values[i] < 0 ? e : 1) / (1 + e);
  }
}

// pi/2 in three parts, none of them negative: no turns at all then leave -0 as it is
static const double half_pi_1 = 0x1.921fb54442d18p+0, half_pi_2 = 0x1.1a62633145c06p-54;
static const double half_pi_3 = 0x1.c1cd129024e09p-107;
/// Up to here three parts of pi/2 reduce the argument: the whole number of half turns is exact, and what is left out is
/// below 2^-160 |x|, where no double comes nearer than 2^-61 to a multiple of pi/2.
static const double largest_reduced = 0x1p40;

/// sin x = ± sin r with r = x - n pi, or cos x = ± sin r with r = x - (n - 1/2) pi, |r| <= pi/2.
INLINE double sin_of_reduced(double r, uint64_t odd) {
  const double z = r * r;
  // sin r has the sign of r, also where r is -0
  return double_of(bits_of(copysign(fma_(r * z, sin_polynomial(z), r), r)) ^ odd << 63);
}

INLINE double reduce(double x, double half_turns) {
  return fma_(-half_turns, half_pi_3, fma_(-half_turns, half_pi_2, fma_(-half_turns, half_pi_1, x)));
}

INLINE double sin_of(double x) {
  const double shift = fma_(x, 0x1.45f306dc9c883p-2, 0x1.8p52);
  return sin_of_reduced(reduce(x, 2 * (shift - 0x1.8p52)), bits_of(shift) & 1);
}

INLINE double cos_of(double x) {
  const double shift = fma_(x, 0x1.45f306dc9c883p-2, 0.5) + 0x1.8p52;
  return sin_of_reduced(reduce(x, fma_(2, shift - 0x1.8p52, -1)), bits_of(shift) & 1);
}

/// sin(x + quarter turns * pi/2) for a large x, by the digits of 2/pi that matter (Payne, Hanek 1983).
static double sin_of_large(double x, int quarter_turns) {
  static const uint64_t two_over_pi[] = {
      0, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
      0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
      0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
      0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d};
  if (!(fabs(x) < INFINITY)) return x - x;
  const uint64_t bits = bits_of(x);
  const uint64_t m = (bits & mantissa_mask) | 0x10000000000000;
  // |x| = m 2^e. Digits of 2/pi of weight 2^(2-e) and more make whole turns: start below them, 192 digits on.
  const int e = (int)(bits >> 52 & 0x7ff) - 1075, first = e - 2 + 64, word = first / 64, bit = first % 64;
  uint64_t digits[3];
  for (int k = 0; k < 3; k++) {
    digits[k] = two_over_pi[word + k] << bit | (bit ? two_over_pi[word + k + 1] >> (64 - bit) : 0);
  }
  // the top 128 bits of m · digits mod 2^192: the fraction of a turn
  const unsigned __int128 low = (unsigned __int128)m * digits[2];
  unsigned __int128 turn = (unsigned __int128)m * digits[1] + (uint64_t)(low >> 64);
  turn += (unsigned __int128)(m * digits[0]) << 64;
  if (bits >> 63) turn = -turn;
  turn += (unsigned __int128)(unsigned)quarter_turns << 126;
  // half turns, rounded to the nearest
  const __int128 rest = (__int128)(turn << 1);
  const uint64_t odd = (uint64_t)(turn >> 127) ^ (rest < 0);
  return sin_of_reduced((double)rest * 0x1p-128 * 0x1.921fb54442d18p+1, odd);
}

/// A loop of sine or cosine over parts of 256 values: vectorised where a part has no large value.
#define REDUCED_LOOP(number, of, quarter_turns) \
  for (size_t start = 0; start < count; start += 256) { \
    number *part = values + start; \
    const size_t length = count - start < 256 ? count - start : 256; \
    int large = 0; \
    for (size_t i = 0; i < length; i++) large |= !(fabs((double)part[i]) <= largest_reduced); \
    if (large) { \
      for (size_t i = 0; i < length; i++) { \
        const double x = part[i]; \
        part[i] = (number)(fabs(x) <= largest_reduced ? of(x) : sin_of_large(x, quarter_turns)); \
      } \
    } else { \
      LOOP \
      for (size_t i = 0; i < length; i++) part[i] = (number)of(part[i]); \
    } \
  }

KERNEL_TARGET
void KERNEL(sin_double)(double *values, size_t count) { REDUCED_LOOP(double, sin_of, 0) }
KERNEL_TARGET
void KERNEL(cos_double)(double *values, size_t count) { REDUCED_LOOP(double, cos_of, 1) }
KERNEL_TARGET
void KERNEL(sin_single)(float *values, size_t count) { REDUCED_LOOP(float, sin_of, 0) }
KERNEL_TARGET
void KERNEL(cos_single)(float *values, size_t count) { REDUCED_LOOP(float, cos_of, 1) }

// exp, tanh and sigmoid in single precision; sine and cosine are rounded from double.

typedef struct { float q; int32_t n; } split_exponential_single;

INLINE split_exponential_single split_exp_single(float x) {
  const float y = x * 0x1.715476p+0f;
  const float y_low = fmaf_(x, 0x1.715476p+0f, -y) + x * 0x1.4ae0cp-26f;
  const float shift = y + 0x1.8p23f, f = (y - (shift - 0x1.8p23f)) + y_low;
  const int32_t n = (int32_t)(single_bits_of(shift) - single_bits_of(0x1.8p23f));
  return (split_exponential_single){f * exp2_polynomial_single(f), n};
}

INLINE float exp_of_single(float x) {
  x = x > 89 ? 89 : x;
  x = x < -104 ? -104 : x;
  const split_exponential_single e = split_exp_single(x);
  const int32_t half = e.n >> 1;
  return (1 + e.q) * power_of_two_single(half) * power_of_two_single(e.n - half);
}

KERNEL_TARGET
void KERNEL(exp_single)(float *values, size_t count) {
  LOOP
  for (size_t i = 0; i < count; i++) values[i] = exp_of_single(values[i]);
}

KERNEL_TARGET
void KERNEL(tanh_single)(float *values, size_t count) {
  LOOP
  for (size_t i = 0; i < count; i++) {
    const float magnitude = fabsf(values[i]);
    const split_exponential_single e = split_exp_single(-2 * (magnitude > 10 ? 10 : magnitude));
    const float power = power_of_two_single(e.n), m = fmaf_(power, e.q, power - 1);
    values[i] = copysignf(-m / (2 + m), values[i]);
  }
}

KERNEL_TARGET
void KERNEL(sigmoid_single)(float *values, size_t count) {
  LOOP
  for (size_t i = 0; i < count; i++) {
    const float e = exp_of_single(-fabsf(values[i]));
    values[i] = (values[i] < 0 ? e : 1) / (1 + e);
  }
}
