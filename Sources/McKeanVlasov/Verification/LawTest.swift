import CGSL
import Foundation

/// Tests of exact laws: each is a p-value, uniform where the law is right.
package enum LawTest {
  /// Frequencies in units of one over the scale: low ones see the tail, high ones the centre.
  private static let frequencies = [0.3, 0.7, 1.4, 2.5]

  /// Whether independent numbers are SαS(γ), by their empirical characteristic function.
  ///
  /// The means of cos u_k X and sin u_k X, X in units of γ, have the expectations φ(u_k) = exp(-u_k^α) and 0, and over N
  /// numbers the covariances
  ///
  ///     N Cov(cos u, cos v) = (φ(u-v) + φ(u+v))/2 - φ(u) φ(v),   N Cov(sin u, sin v) = (φ(u-v) - φ(u+v))/2,   0 mixed.
  ///
  /// They are means of bounded numbers, so the quadratic form of their deviations is χ² with a degree of freedom for each
  /// (docs/theory.md, section 17.1).
  ///
  /// - Parameter center: what is subtracted first.
  /// - Returns: the p-value; 0 where a number is not finite.
  package static func symmetricStable(
    _ sample: [Double], alpha: Double, scale: Double, center: Double = 0
  ) -> Double {
    func phi(_ u: Double) -> Double { exp(-pow(abs(u), alpha)) }
    let count = Double(sample.count)
    var cosines = [Double](repeating: 0, count: frequencies.count)
    var sines = cosines
    for x in sample {
      let standard = (x - center) / scale
      guard standard.isFinite else { return 0 }
      for (k, u) in frequencies.enumerated() {
        cosines[k] += cos(u * standard)
        sines[k] += sin(u * standard)
      }
    }
    func quadraticForm(_ sums: [Double], _ mean: (Double) -> Double, _ covariance: (Double, Double) -> Double) -> Double
    {
      let deviations = zip(frequencies, sums).map { $1 / count - mean($0) }
      return count * quadratic(deviations, inverseOf: frequencies.map { u in frequencies.map { covariance(u, $0) } })
    }
    let ofCosines = quadraticForm(cosines, phi) { u, v in (phi(u - v) + phi(u + v)) / 2 - phi(u) * phi(v) }
    let ofSines = quadraticForm(sines, { _ in 0 }) { u, v in (phi(u - v) - phi(u + v)) / 2 }
    return gsl_cdf_chisq_Q(ofCosines + ofSines, Double(2 * frequencies.count))
  }

  /// Whether independent numbers have the tail of SαS(1): how many fall where |X| has the tail probabilities 1e-2 to 1e-3, 1e-3
  /// to 1e-4 and below 1e-4, by Pearson's χ².
  package static func tail(_ sample: [Double], alpha: Double) -> Double {
    let probabilities = [1e-2, 1e-3, 1e-4]
    let bounds = probabilities.map { bound(tailProbability: $0, alpha: alpha) }
    var counts = [Double](repeating: 0, count: bounds.count + 1)
    for x in sample { counts[bounds.prefix { abs(x) > $0 }.count] += 1 }
    let ends = [1] + probabilities + [0]
    let statistic = zip(counts, zip(ends, ends.dropFirst())).reduce(0.0) { sum, bin in
      let expected = Double(sample.count) * (bin.1.0 - bin.1.1)
      return sum + (bin.0 - expected) * (bin.0 - expected) / expected
    }
    return gsl_cdf_chisq_Q(statistic, Double(probabilities.count))
  }

  /// The x with P(|X| > x) of SαS(1), by bisection.
  private static func bound(tailProbability: Double, alpha: Double) -> Double {
    var (low, high) = (0.0, 200.0)  // log x
    for _ in 0..<60 {
      let middle = (low + high) / 2
      (low, high) =
        2 * TabulatedLaw.upperTail(exp(middle), alpha: alpha) > tailProbability ? (middle, high) : (low, middle)
    }
    return exp(low)
  }

  /// vᵀ M⁻¹ v for a positive definite M, by Cholesky's factor: |L⁻¹ v|².
  private static func quadratic(_ v: [Double], inverseOf matrix: [[Double]]) -> Double {
    var lower = matrix
    var y = v
    for i in v.indices {
      for j in 0...i {
        let sum = (0..<j).reduce(matrix[i][j]) { $0 - lower[i][$1] * lower[j][$1] }
        lower[i][j] = i == j ? sum.squareRoot() : sum / lower[j][j]
      }
      y[i] = (0..<i).reduce(v[i]) { $0 - lower[i][$1] * y[$1] } / lower[i][i]
    }
    return y.reduce(0) { $0 + $1 * $1 }
  }
}
