import CGSL
import Foundation

/// Tests of hypotheses, as p-values.
enum PValue {
  /// Kolmogorov and Smirnov's test that the sorted sample has a distribution function.
  ///
  /// Only every `stride`-th order statistic is looked at: the maximum over some is below the maximum over all, so the
  /// level is kept, and few evaluations of an expensive distribution function do.
  static func kolmogorovSmirnov(_ sorted: [Double], stride: Int, _ distribution: (Double) -> Double) -> Double {
    let count = Double(sorted.count)
    var largest = 0.0
    for i in Swift.stride(from: stride - 1, to: sorted.count, by: stride) {
      let expected = distribution(sorted[i])
      largest = max(largest, Double(i + 1) / count - expected, expected - Double(i) / count)
    }
    return kolmogorovSmirnov(distance: largest, count: sorted.count)
  }

  /// The probability that the distribution function of a sample lies farther from the true one, in the limit of many.
  static func kolmogorovSmirnov(distance: Double, count: Int) -> Double {
    let lambda = distance * Double(count).squareRoot()
    if lambda < 0.2 { return 1 }
    var sum = 0.0
    for k in 1...100 {
      let term = exp(-2 * Double(k * k) * lambda * lambda)
      sum += k % 2 == 1 ? term : -term
    }
    return min(1, 2 * sum)
  }

  /// The two-sided exact binomial test.
  static func binomial(hits: Int, trials: Int, probability: Double) -> Double {
    let below = gsl_cdf_binomial_P(UInt32(hits), probability, UInt32(trials))
    let above = hits == 0 ? 1 : gsl_cdf_binomial_Q(UInt32(hits - 1), probability, UInt32(trials))
    return min(1, 2 * min(below, above))
  }

  /// The two-sided test that the mean of independent numbers is the expected one, by the central limit theorem.
  static func mean(_ values: [Double], expected: Double) -> Double {
    let mean = gsl_stats_mean(values, 1, values.count)
    let error = gsl_stats_sd(values, 1, values.count) / Double(values.count).squareRoot()
    return 2 * gsl_cdf_ugaussian_Q(abs(mean - expected) / error)
  }
}
