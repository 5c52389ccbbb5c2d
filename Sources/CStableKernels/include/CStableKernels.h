// Stable draws and elementary functions of whole blocks, several numbers at a time.
//
// Every function gives the same bits for any length and offset of the block and on every processor: contraction is off,
// and every fused multiply-add is written out. docs/noise.md derives the formulas; the largest errors of every function
// stand in Tests/McKeanVlasovTests/Kernels.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Philox's counter (particle, step, component, stream) of a block's first number, and the key (seed, replica). The
/// block's number i has the counter of particle + i.
typedef struct {
  uint32_t particle, step, component, stream;
  uint32_t seed, replica;
} mckean_counter;

/// The two uniforms of each counter, (k + 1/2) / 2^52.
void mckean_uniform_double(double *first, double *second, size_t count, mckean_counter counter);
/// The first of them alone.
void mckean_first_uniform_double(double *uniforms, size_t count, mckean_counter counter);

/// SαS(scale), 0.1 <= alpha <= 2: what gsl_ran_levy(r, scale, alpha) makes of the same uniforms, to rounding.
void mckean_symmetric_stable_double(double *draws, size_t count, mckean_counter counter, double alpha, double scale);
/// The same in single precision, from the same 52-bit uniforms.
void mckean_symmetric_stable_single(float *draws, size_t count, mckean_counter counter, double alpha, double scale);
/// Positive stable with Laplace transform exp(-s^alpha), 0.05 <= alpha < 1: what
/// gsl_ran_levy_skew(r, cos(pi alpha / 2)^(1 / alpha), alpha, 1) makes of the same uniforms, to rounding. A draw above half
/// the largest double may be infinite.
void mckean_positive_stable_double(double *draws, size_t count, mckean_counter counter, double alpha);

/// sums (rows x columns) += left (rows x inner) times right (inner x columns), all row-major and packed tight; products and
/// sums in double precision.
void mckean_add_products_single(
    double *sums, const float *left, const float *right, size_t rows, size_t inner, size_t columns);

/// How the derivative of an activation is found: it is the value itself, or 1 - v^2, v (1 - v), 1 where v > 0 and 0 elsewhere.
typedef enum {
  mckean_derivative_is_value,
  mckean_derivative_of_tanh,
  mckean_derivative_of_sigmoid,
  mckean_derivative_of_relu
} mckean_derivative;

/// gradients (neurons x points) = weights^T (neurons x outputs) times residuals (outputs x points), each number times the
/// derivative that the value in its place has; all row-major and packed tight, weights outputs x neurons.
void mckean_gradients_double(
    double *gradients, const double *weights, const double *residuals, const double *values,
    mckean_derivative derivative, size_t neurons, size_t outputs, size_t points);
void mckean_gradients_single(
    float *gradients, const float *weights, const float *residuals, const float *values,
    mckean_derivative derivative, size_t neurons, size_t outputs, size_t points);

/// Each value replaced by its function.
void mckean_exp_double(double *values, size_t count);
void mckean_tanh_double(double *values, size_t count);
void mckean_sigmoid_double(double *values, size_t count);
void mckean_relu_double(double *values, size_t count);
void mckean_sin_double(double *values, size_t count);
void mckean_cos_double(double *values, size_t count);
void mckean_exp_single(float *values, size_t count);
void mckean_tanh_single(float *values, size_t count);
void mckean_sigmoid_single(float *values, size_t count);
void mckean_relu_single(float *values, size_t count);
void mckean_sin_single(float *values, size_t count);
void mckean_cos_single(float *values, size_t count);
