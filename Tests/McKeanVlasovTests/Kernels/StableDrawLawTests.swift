import CStableKernels
import Foundation
import McKeanVlasov
import Testing

/// The law of the vectorised draws, 2^24 of each index.
@Suite struct StableDrawLawTests {
  private static let alphas = [0.3, 0.8, 1, 1 + 1e-12, 1.5, 1.99, 2]
  private static let count = 1 << 24
  private static let block = 1 << 14
  /// 1e-3 for the family: a test of the whole law and two of the tail for each index, double and single.
  private static let level = 1e-3 / Double(6 * alphas.count)

  /// 2^24 draws of one index; double and single have counters of their own.
  private static func sample(alpha: Double, scale: Double = 1) -> BinnedSample {
    var sample = BinnedSample()
    var draws = [Double](repeating: 0, count: block)
    for first in stride(from: 0, to: count, by: block) {
      mckean_symmetric_stable_double(&draws, block, mckean_counter(particle: UInt32(first), seed: 31), alpha, scale)
      sample.add(draws)
    }
    return sample
  }

  private static func singleSample(alpha: Double, scale: Double = 1) -> BinnedSample {
    var sample = BinnedSample()
    var draws = [Float](repeating: 0, count: block)
    for first in stride(from: 0, to: count, by: block) {
      mckean_symmetric_stable_single(&draws, block, mckean_counter(particle: UInt32(first), seed: 32), alpha, scale)
      sample.add(draws.lazy.map(Double.init))
    }
    return sample
  }

  @Test(arguments: alphas)
  func double(alpha: Double) { Self.check(alpha: alpha, Self.sample) }

  @Test(arguments: alphas)
  func single(alpha: Double) { Self.check(alpha: alpha, Self.singleSample) }

  private static func check(alpha: Double, _ sample: (_ alpha: Double, _ scale: Double) -> BinnedSample) {
    // 1e-12 in the index moves no probability by more than 1e-12, where the test sees 1e-4; the integral for an index
    // that close to 1 is out of double precision's reach.
    let law = StableDistribution(alpha: abs(alpha - 1) < 1e-9 ? 1 : alpha)
    let draws = sample(alpha, 1)
    #expect(draws.count == count)
    #expect(draws.kolmogorovSmirnov(law.upperTail) > level)
    #expect(draws.tail(1e-4, law.upperTail) > level)
    #expect(draws.tail(1e-6, law.upperTail) > level)

    // Negative controls: a scale that is off by 2 %, and a tail that is cut at 10^4, or where 2e-6 lies beyond.
    #expect(sample(alpha, 1.02).kolmogorovSmirnov(law.upperTail) < level)
    let cut = draws.cut(at: min(1e4, law.quantile(upperTail: 1e-6)))
    #expect(cut.tail(1e-6, law.upperTail) < level)
  }

  /// E exp(-sA) = exp(-s^α) of the positive draws.
  @Test(arguments: [0.05, 0.25, 0.5, 0.75, 0.995])
  func positive(alpha: Double) {
    let count = 1 << 20
    var draws = [Double](repeating: 0, count: count)
    mckean_positive_stable_double(&draws, count, mckean_counter(particle: 0, seed: 33), alpha)
    // 1e-3 for the family: three numbers s for each of five indices
    let level = 1e-3 / 15
    for s in [0.3, 1, 3] {
      func pValue(_ scale: Double) -> Double {
        PValue.mean(draws.map { exp(-s * scale * $0) }, expected: exp(-pow(s, alpha)))
      }
      #expect(pValue(1) > level)
      // Negative control: draws that are 20 % too large.
      #expect(pValue(1.2) < level)
    }
  }
}
