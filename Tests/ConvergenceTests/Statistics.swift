import CGSL
import Foundation

/// The mean of independent numbers and its standard error.
struct SampleMean {
  let value: Double
  let standardError: Double

  init(_ values: [Double]) {
    value = gsl_stats_mean(values, 1, values.count)
    standardError = gsl_stats_sd(values, 1, values.count) / Double(values.count).squareRoot()
  }

  /// How many standard errors the mean lies above a number.
  func deviation(from expected: Double) -> Double { (value - expected) / standardError }
}

/// The ordinary least squares slope of log y against log x.
func logLogSlope(_ x: [Double], _ y: [Double]) -> Double {
  let (u, v) = (x.map { log($0) }, y.map { log($0) })
  let (meanU, meanV) = (u.reduce(0, +) / Double(u.count), v.reduce(0, +) / Double(v.count))
  let covariance = zip(u, v).reduce(0.0) { $0 + ($1.0 - meanU) * ($1.1 - meanV) }
  return covariance / u.reduce(0.0) { $0 + ($1 - meanU) * ($1 - meanU) }
}

/// How much wider than the two-sided 95 % interval of Student's t the interval of another level is.
///
/// Of many intervals at 95 % some must miss; at level 1 - 0.001/(their number) all of them together hold with probability
/// 0.999 or more.
func wideningOfInterval(toLevel level: Double, groups: Int) -> Double {
  gsl_cdf_tdist_Qinv((1 - level) / 2, Double(groups - 1)) / gsl_cdf_tdist_Qinv(0.025, Double(groups - 1))
}
