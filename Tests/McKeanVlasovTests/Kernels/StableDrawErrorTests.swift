import CStableKernels
import Foundation
import Testing

/// Errors of the vectorised draws against draws that are exact to 64 bits, up to the ends of every interval.
@Suite struct StableDrawErrorTests {
  static let alphas = [0.1, 0.15, 0.2, 0.3, 0.5, 0.8, 0.99, 1, 1 + 1e-12, 1.01, 1.2, 1.5, 1.7, 1.9, 1.99, 2]
  static let positiveAlphas = [
    0.05, 0.075, 0.1, 0.15, 0.25, 0.4, 0.495, 0.5, 0.55, 0.6, 0.75, 0.85, 0.95, 0.995, 1 - 1e-6, 1 - 5e-10,
  ]

  #if arch(x86_64)
    /// The largest error in ulp, and the largest relative one.
    struct Errors: Sendable {
      var ulps = 0.0
      var relative = 0.0

      mutating func add(_ draw: Double, exact: Float80) {
        ulps = max(ulps, Ulps.error(draw, exact: exact))
        relative = max(relative, Double(abs(Float80(draw) / exact - 1)))
      }

      /// In single precision a draw may be beyond the largest or smallest number, where it has no relative error.
      mutating func add(_ draw: Float, exact: Double) {
        ulps = max(ulps, Ulps.error(draw, exact: exact))
        let isNormal = 0x1p-126 < abs(exact) && abs(exact) < 0x1p127
        if isNormal { relative = max(relative, abs(Double(draw) / exact - 1)) }
      }

      static func <= (errors: Errors, bound: Errors) -> Bool {
        errors.ulps <= bound.ulps && errors.relative <= bound.relative
      }
    }

    /// The largest errors found, rounded up: of 2^20 random draws in double precision, and of 2^24 in single against
    /// double, tried once; the tests try the rarest uniforms and fewer random ones. The exponent 1/α - 1 multiplies what
    /// its base is off by.
    private static let bounds: [(alpha: Double, double: Errors, single: Errors)] = [
      (0.1, Errors(ulps: 49, relative: 5.8e-15), Errors(ulps: 49, relative: 3.4e-6)),
      (0.15, Errors(ulps: 29, relative: 3.3e-15), Errors(ulps: 34, relative: 2.3e-6)),
      (0.2, Errors(ulps: 23, relative: 2.8e-15), Errors(ulps: 24, relative: 1.6e-6)),
      (0.3, Errors(ulps: 15, relative: 1.7e-15), Errors(ulps: 19, relative: 1.2e-6)),
      (0.5, Errors(ulps: 7.5, relative: 9.5e-16), Errors(ulps: 9.2, relative: 6.3e-7)),
      (0.8, Errors(ulps: 6.1, relative: 7.7e-16), Errors(ulps: 7, relative: 4.9e-7)),
      (0.99, Errors(ulps: 5.9, relative: 7.2e-16), Errors(ulps: 6.6, relative: 4.8e-7)),
      (1, Errors(ulps: 4.8, relative: 6e-16), Errors(ulps: 5.5, relative: 3.8e-7)),
      (1 + 1e-12, Errors(ulps: 5.5, relative: 7.3e-16), Errors(ulps: 5.5, relative: 3.8e-7)),
      (1.01, Errors(ulps: 5.7, relative: 7.3e-16), Errors(ulps: 6.4, relative: 4.7e-7)),
      (1.2, Errors(ulps: 5.6, relative: 6.8e-16), Errors(ulps: 6.5, relative: 4.6e-7)),
      (1.5, Errors(ulps: 5.1, relative: 6.9e-16), Errors(ulps: 6.7, relative: 4.4e-7)),
      (1.7, Errors(ulps: 5.7, relative: 7.2e-16), Errors(ulps: 6.8, relative: 4.8e-7)),
      (1.9, Errors(ulps: 6.3, relative: 8.2e-16), Errors(ulps: 6.5, relative: 4.2e-7)),
      (1.99, Errors(ulps: 5.6, relative: 7e-16), Errors(ulps: 7.1, relative: 4.3e-7)),
      (2, Errors(ulps: 5.8, relative: 7.1e-16), Errors(ulps: 6.5, relative: 4.4e-7)),
    ]

    private static let positiveBounds: [(alpha: Double, double: Errors)] = [
      (0.05, Errors(ulps: 97, relative: 1.3e-14)), (0.075, Errors(ulps: 64, relative: 7.6e-15)),
      (0.1, Errors(ulps: 49, relative: 5.5e-15)), (0.15, Errors(ulps: 28, relative: 3.4e-15)),
      (0.25, Errors(ulps: 19, relative: 2.1e-15)), (0.4, Errors(ulps: 9.5, relative: 1.3e-15)),
      (0.495, Errors(ulps: 8.8, relative: 1.1e-15)), (0.5, Errors(ulps: 8.5, relative: 1.2e-15)),
      (0.55, Errors(ulps: 7.6, relative: 9.1e-16)), (0.6, Errors(ulps: 7, relative: 8.3e-16)),
      (0.75, Errors(ulps: 6.1, relative: 7.5e-16)), (0.85, Errors(ulps: 5.6, relative: 7.3e-16)),
      (0.95, Errors(ulps: 5.7, relative: 7.1e-16)), (0.995, Errors(ulps: 5.9, relative: 6.6e-16)),
      (1 - 1e-6, Errors(ulps: 5.8, relative: 6.7e-16)), (1 - 5e-10, Errors(ulps: 5.7, relative: 6.4e-16)),
    ]

    private static let last: UInt64 = 1 << 52 - 1

    /// Pairs of the uniforms' integers k. The ends: powers of two and their neighbours, and the same from above, that is
    /// the distances of a uniform to 0 and 1 and of the angle to ±π/2, and around 1/2, where the angle is 0.
    private static let ends: [(k1: UInt64, k2: UInt64)] = {
      let low = (0...51).flatMap { exponent -> [UInt64] in
        let power = UInt64(1) << exponent
        return exponent < 3 || exponent > 48 || exponent % 6 == 0 ? [power - 1, power, power + 1] : [power]
      }
      let integers = Set(low.flatMap { [$0, last - $0] }).sorted()
      return integers.flatMap { k1 in integers.map { (k1, $0) } }
    }()

    private static let random: [(k1: UInt64, k2: UInt64)] = {
      var bits = SeededBits(seed: 1)
      return (0..<1 << 16).map { _ in (bits.next() >> 12, bits.next() >> 12) }
    }()

    private static func draw(k1: UInt64, k2: UInt64, alpha: Double, scale: Double = 1) -> (Double, Float) {
      let counter = mckean_counter(k1: k1, k2: k2)
      var (double, single): (Double, Float) = (0, 0)
      mckean_symmetric_stable_double(&double, 1, counter, alpha, scale)
      mckean_symmetric_stable_single(&single, 1, counter, alpha, scale)
      return (double, single)
    }

    @Test(arguments: bounds)
    func symmetric(alpha: Double, double: Errors, single: Errors) {
      var (doubleErrors, singleErrors, neighbourErrors) = (Errors(), Errors(), Errors())
      for (k1, k2) in Self.ends + Self.random {
        let exact = ExactStableDraw(k1: k1, k2: k2).symmetric(alpha: alpha)
        let draw = Self.draw(k1: k1, k2: k2, alpha: alpha)
        doubleErrors.add(draw.0, exact: exact)
        singleErrors.add(draw.1, exact: Double(exact))
      }
      #expect(doubleErrors <= double)
      #expect(singleErrors <= single)

      // Negative control: the last bit of the first uniform is seen.
      for (k1, k2) in Self.ends {
        neighbourErrors.add(
          Self.draw(k1: k1, k2: k2, alpha: alpha).0, exact: ExactStableDraw(k1: k1 ^ 1, k2: k2).symmetric(alpha: alpha))
      }
      #expect(neighbourErrors.ulps > 1e15)
    }

    @Test(arguments: positiveBounds)
    func positive(alpha: Double, double: Errors) {
      func draw(_ k1: UInt64, _ k2: UInt64) -> Double {
        var draw = 0.0
        mckean_positive_stable_double(&draw, 1, mckean_counter(k1: k1, k2: k2), alpha)
        return draw
      }
      var (errors, neighbourErrors) = (Errors(), Errors())
      for (k1, k2) in Self.ends + Self.random {
        let exact = ExactStableDraw(k1: k1, k2: k2).positive(alpha: alpha)
        if exact < 0x1p1022 {
          errors.add(draw(k1, k2), exact: exact)
        } else {
          #expect(draw(k1, k2) > 0x1p1021)
        }
      }
      #expect(errors <= double)

      for (k1, k2) in Self.ends {
        let exact = ExactStableDraw(k1: k1 ^ 1, k2: k2).positive(alpha: alpha)
        if exact < 0x1p1022 { neighbourErrors.add(draw(k1, k2), exact: exact) }
      }
      #expect(neighbourErrors.ulps > 1e15)
    }

    /// 10^7 draws over all indices.
    @Test(arguments: bounds)
    func singleAgainstDouble(bound: (alpha: Double, double: Errors, single: Errors)) {
      let count = 625_000
      var (doubles, singles) = ([Double](repeating: 0, count: count), [Float](repeating: 0, count: count))
      let counter = mckean_counter(particle: 0, seed: 13)
      mckean_symmetric_stable_double(&doubles, count, counter, bound.alpha, 1)
      mckean_symmetric_stable_single(&singles, count, counter, bound.alpha, 1)
      var errors = Errors()
      for (single, double) in zip(singles, doubles) { errors.add(single, exact: double) }
      #expect(errors <= bound.single)
    }

    /// Scales that single precision can hardly hold, or not at all, where the draws may well be in its range.
    @Test(arguments: bounds, [0x1p-140, 1e-30, 1e30, 0])
    func singleDrawsOfAnyScale(bound: (alpha: Double, double: Errors, single: Errors), scale: Double) {
      var errors = Errors()
      for (k1, k2) in Self.ends {
        let draw = Self.draw(k1: k1, k2: k2, alpha: bound.alpha, scale: scale)
        errors.add(draw.1, exact: draw.0)
      }
      // the scale is rounded too
      #expect(errors.ulps <= bound.single.ulps + 1)
    }
  #endif
}
