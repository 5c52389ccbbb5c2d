// The kernels of CStableKernels compiled once for each instruction set, so that their bits can be compared.
#pragma once
#include "CStableKernels.h"

/// Whether this processor has the instruction set.
int kernel_clone_is_supported_v4(void);
int kernel_clone_is_supported_v3(void);

#define DECLARE(set) \
  void set##_uniform_double(double *first, double *second, size_t count, mckean_counter counter); \
  void set##_first_uniform_double(double *uniforms, size_t count, mckean_counter counter); \
  void set##_symmetric_stable_double(double *draws, size_t count, mckean_counter counter, double alpha, double scale); \
  void set##_symmetric_stable_single(float *draws, size_t count, mckean_counter counter, double alpha, double scale); \
  void set##_positive_stable_double(double *draws, size_t count, mckean_counter counter, double alpha); \
  void set##_add_products_single( \
      double *sums, const float *left, const float *right, size_t rows, size_t inner, size_t columns); \
  void set##_gradients_double( \
      double *gradients, const double *weights, const double *residuals, const double *values, \
      mckean_derivative derivative, size_t neurons, size_t outputs, size_t points); \
  void set##_gradients_single( \
      float *gradients, const float *weights, const float *residuals, const float *values, \
      mckean_derivative derivative, size_t neurons, size_t outputs, size_t points); \
  void set##_exp_double(double *values, size_t count); \
  void set##_tanh_double(double *values, size_t count); \
  void set##_sigmoid_double(double *values, size_t count); \
  void set##_relu_double(double *values, size_t count); \
  void set##_sin_double(double *values, size_t count); \
  void set##_cos_double(double *values, size_t count); \
  void set##_exp_single(float *values, size_t count); \
  void set##_tanh_single(float *values, size_t count); \
  void set##_sigmoid_single(float *values, size_t count); \
  void set##_relu_single(float *values, size_t count); \
  void set##_sin_single(float *values, size_t count); \
  void set##_cos_single(float *values, size_t count);

DECLARE(v4)
DECLARE(v3)
DECLARE(baseline)
