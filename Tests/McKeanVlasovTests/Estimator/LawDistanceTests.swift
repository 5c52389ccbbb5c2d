import Foundation
import McKeanVlasov
import Testing

/// Distances by a pass over sorted numbers, against their definitions.
@Suite struct LawDistanceTests {
  private static func sorted<Result>(
    _ numbers: [Double], _ body: (UnsafeMutableBufferPointer<Double>) throws -> Result
  ) rethrows -> Result {
    var sorted = numbers.sorted()
    return try sorted.withUnsafeMutableBufferPointer { try body($0) }
  }

  /// Samples of 1 to 9 numbers from a few values, so that most have ties, within and between the samples.
  @Test func twoSamplesAgreeWithCounting() {
    var bits = SeededBits(seed: 5)
    var differing = 0
    for round in 0..<600 {
      let values = round % 3 == 0 ? 3 : 12
      func sample() -> [Double] {
        (0..<Int.random(in: 1...9, using: &bits)).map { _ in Double(Int.random(in: 0..<values, using: &bits)) * 0.3 - 1
        }
      }
      let (a, b) = (sample(), sample())
      let (kolmogorov, wasserstein) = Self.sorted(a) { a in
        Self.sorted(b) { b in (LawDistance.kolmogorov(a, b), LawDistance.wasserstein1(a, b)) }
      }
      #expect(abs(kolmogorov - NaiveDistance.kolmogorov(a, b)) < 1e-15)
      #expect(abs(wasserstein - NaiveDistance.wasserstein1(a, b)) < 1e-14)
      let reversed = Self.sorted(b) { b in Self.sorted(a) { a in LawDistance.wasserstein1(b, a) } }
      #expect(abs(wasserstein - reversed) < 1e-14)
      differing += wasserstein > 0.1 ? 1 : 0
      // of samples of equal size it is the mean distance of numbers of the same rank
      let c = b.indices.map { _ in Double(Int.random(in: 0..<values, using: &bits)) }
      let byRank = zip(b.sorted(), c.sorted()).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(b.count)
      #expect(abs(Self.sorted(b) { b in Self.sorted(c) { LawDistance.wasserstein1(b, $0) } } - byRank) < 1e-13)
    }
    #expect(differing > 300)
  }

  @Test func twoSamplesAtTheEnds() {
    let (a, b) = ([2.0, 2, 2], [5.0])
    Self.sorted(a) { a in
      #expect(LawDistance.kolmogorov(a, a) == 0 && LawDistance.wasserstein1(a, a) == 0)
      Self.sorted(b) { b in
        #expect(LawDistance.kolmogorov(a, b) == 1 && LawDistance.wasserstein1(a, b) == 3)
      }
    }
    // (1/n) Σ δ is the same law however often it is repeated
    Self.sorted([1.0, 4]) { a in
      Self.sorted([1.0, 1, 4, 4]) {
        #expect(LawDistance.kolmogorov(a, $0) == 0 && LawDistance.wasserstein1(a, $0) == 0)
      }
    }
  }

  /// Samples around the law's middle, far off on one side, with ties, and of one number; α = 2 by erfc, 1.5 by quadrature.
  static let samples: [[Double]] = [
    [0.4], [-30], [25], [1, 1, 1], [-3, -0.2, 0, 0.1, 7], [2, 2.5, 2.5, 90], [-1e-3, 0, 1e-3], [-8, -8, -7, -6.5],
    [0.9, 1.1, 1.4, 1.8, 2.6, 3.3, -0.7, -4, 12, 1.1], [1, 1e3],
  ]
  static let laws: [LimitLaw] = [(1.5, 0.0, 1.0), (1.5, 1, 2.5), (2, 0, 1), (2, 1, 0.7)].map {
    LimitLaw(location: $0.1, stable: try! StableLaw(alpha: $0.0, scale: $0.2))
  }

  @Test(arguments: laws) func samplesAgainstALawAgreeWithDefinitions(_ law: LimitLaw) {
    let table = TabulatedLaw(law)
    let standard = StableDistribution(alpha: law.stable.alpha)
    func distribution(_ x: Double) -> Double { standard.distribution((x - law.location) / law.stable.scale) }
    var largest = (0.0, 0.0)
    for sample in Self.samples {
      let (kolmogorov, wasserstein) = Self.sorted(sample) {
        (LawDistance.kolmogorov($0, table), LawDistance.wasserstein1($0, table))
      }
      let (ofKolmogorov, ofWasserstein) = (
        NaiveDistance.kolmogorov(sample, distribution), NaiveDistance.wasserstein1(sample, distribution)
      )
      largest.0 = max(largest.0, abs(kolmogorov - ofKolmogorov))
      largest.1 = max(largest.1, abs(wasserstein - ofWasserstein) / max(1, ofWasserstein))
      #expect(abs(kolmogorov - ofKolmogorov) < 1e-8, "\(sample)")
      #expect(abs(wasserstein - ofWasserstein) < 1e-7 * max(1, ofWasserstein), "\(sample)")
    }
    print("distances to \(law): \(largest)")
  }

  /// W_1 to the law of one number x is E|X - x|.
  @Test func distanceOfOneNumber() {
    for law in Self.laws {
      let table = TabulatedLaw(law)
      let moment = law.stable.absoluteMoment(1)
      Self.sorted([law.location]) { #expect(abs(LawDistance.wasserstein1($0, table) / moment - 1) < 1e-8) }
      Self.sorted([law.location]) { #expect(abs(LawDistance.kolmogorov($0, table) - 0.5) < 1e-15) }
      Self.sorted([law.location + 1]) { #expect(LawDistance.wasserstein1($0, table) / moment > 1.01) }
    }
  }
}
