import Foundation
import McKeanVlasov

/// Whether the p-values of the exact-law claims are uniform over seeds, so that their level is what it says.
package enum Uniformity {
  /// Kolmogorov and Smirnov's p-value for each claim of the quick suite, over the seeds 1 to `seeds`.
  package static func pValues(seeds: Int) throws -> [(claim: String, pValue: Double, smallest: Double)] {
    let verification = try Verification(quick: true, filter: "exact-law")
    var values = verification.claims.map { _ in [Double]() }
    for seed in 1...UInt32(seeds) {
      for (index, result) in try verification.run(seed: seed).enumerated() { values[index].append(result.pValue!) }
    }
    return zip(verification.claims, values).map { ($0.name, ofUniform($1), $1.min()!) }
  }

  /// The p-value of the hypothesis that numbers are uniform on [0, 1]: 2 Σ (-1)^{k-1} e^{-2k²x²} with
  /// x = (√n + 0.12 + 0.11/√n) D, D the largest distance of the distribution functions.
  ///
  /// Source: M. A. Stephens, *Use of the Kolmogorov–Smirnov, Cramér–von Mises and related statistics without extensive
  /// tables*, J. R. Stat. Soc. B 32 (1970).
  package static func ofUniform(_ values: [Double]) -> Double {
    let n = Double(values.count)
    let distance = values.sorted().enumerated().reduce(0.0) { largest, value in
      let (below, above) = (Double(value.offset) / n, Double(value.offset + 1) / n)
      return max(largest, above - value.element, value.element - below)
    }
    let x = (n.squareRoot() + 0.12 + 0.11 / n.squareRoot()) * distance
    guard x > 0.2 else { return 1 }
    let sum = (1...100).reduce(0.0) { sum, k in
      let term = exp(-2 * Double(k * k) * x * x)
      return k % 2 == 1 ? sum + term : sum - term
    }
    return min(1, 2 * sum)
  }
}
