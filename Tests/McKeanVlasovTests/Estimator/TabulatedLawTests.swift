import Foundation
import McKeanVlasov
import Testing

/// The distribution function that samples are compared with, against integrals and series that share nothing with it.
@Suite struct TabulatedLawTests {
  static let alphas = [0.1, 0.3, 0.8, 1, 1 + 1e-12, 1.001, 1.3, 1.5, 1.99, 2]
  private static let places = (-48...32).map { pow(10, Double($0) / 4) }

  private static func table(_ alpha: Double, scale: Double = 1, location: Double = 0) throws -> TabulatedLaw {
    TabulatedLaw(LimitLaw(location: location, stable: try StableLaw(alpha: alpha, scale: scale)))
  }

  /// P(X > x), and E(X - x)^+, by the series in x and in 1/x, one of which converges while the other one is asymptotic: the
  /// sum up to its smallest term. nil where neither has ten digits.
  ///
  ///     ½ - P(X > x) = (1/πα) Σ_{k≥0} (-1)^k Γ((2k+1)/α) / (2k+1)! x^{2k+1}
  ///     P(X > x) = (1/π) Σ_{k≥1} (-1)^{k+1} Γ(kα) / k! sin(kπα/2) x^{-kα}
  ///
  /// W. Feller, *An Introduction to Probability Theory and Its Applications* II (1971), XVII.6, has those of the densities.
  private static func series(_ alpha: Double, _ x: Double) -> (tail: Double?, excess: Double?) {
    let alpha = abs(alpha - 1) < 1e-9 ? 1 : alpha
    func small(_ k: Int, integrated: Bool) -> (logSize: Double, factor: Double) {
      let j = Double(2 * k + 1)
      let size = lgamma(j / alpha) - lgamma(j + 1) + j * log(x) - log(.pi * alpha)
      return (integrated ? size + log(x / (j + 1)) : size, k % 2 == 0 ? 1 : -1)
    }
    func large(_ k: Int, integrated: Bool) -> (logSize: Double, factor: Double) {
      let j = Double(k + 1) * alpha
      let size = lgamma(j) - lgamma(Double(k + 2)) - j * log(x) - log(.pi)
      return (integrated ? size + log(x / abs(j - 1)) : size, (k % 2 == 0 ? 1 : -1) * sin(.pi * j / 2))
    }
    let tail = sum { small($0, integrated: false) }.map { 0.5 - $0 } ?? sum { large($0, integrated: false) }
    guard alpha > 1 + 1e-6 else { return (tail, nil) }
    // from E X^+ at x = 0 on; the large x have been reached
    let half = tgamma(1 - 1 / alpha) / .pi
    let excess = sum { small($0, integrated: true) }.map { half - x / 2 + $0 } ?? sum { large($0, integrated: true) }
    return (tail, excess)
  }

  private static func sum(_ term: (Int) -> (logSize: Double, factor: Double)) -> Double? {
    var (sum, largest, smallest) = (0.0, 0.0, Double.infinity)
    for k in 0..<3000 {
      let (logSize, factor) = term(k)
      let size = exp(logSize)
      largest = max(largest, size)
      guard largest < 1e4 else { return nil }
      // past the smallest term of an asymptotic series
      if size > 2 * smallest, smallest < 1e-11 { return sum }
      sum += factor * size
      smallest = min(smallest, size)
      if size < 1e-17 { return sum }
    }
    return nil
  }

  /// P(X > x): by a series, or in between by inversion of the characteristic function.
  private static func upperTail(_ alpha: Double, _ x: Double) -> Double? {
    if let series = series(alpha, x).tail { return series }
    return (0.01...100).contains(x) && alpha >= 0.3 ? 1 - StableDistribution.inverted(alpha: alpha, at: x) : nil
  }

  /// How far F of the table is off, at most, where P(X > x) is known otherwise.
  private static func largestError(_ table: TabulatedLaw, _ tail: (Double) -> Double?)
    -> (error: Double, compared: Int)
  {
    let errors = places.flatMap { x in
      tail(x).map { [abs(table.distribution(x) - (1 - $0)), abs(table.distribution(-x) - $0)] } ?? []
    }
    // a table without numbers must not pass
    return (errors.contains { $0.isNaN } ? .infinity : errors.max() ?? .infinity, errors.count)
  }

  @Test(arguments: alphas) func distributionIsExact(alpha: Double) throws {
    let table = try Self.table(alpha)
    let (error, compared) = Self.largestError(table) { Self.upperTail(alpha, $0) }
    // where Zolotarev's integral is easy, by another quadrature of it
    let integral = StableDistribution(alpha: abs(alpha - 1) < 1e-9 ? 1 : alpha)
    let ofIntegral =
      abs(alpha - 1.001) < 1e-9
      ? 0
      : Self.places.filter { (0.01...100).contains($0) }.map {
        abs(table.distribution(-$0) - integral.upperTail($0))
      }.max()!
    print("F of the table, alpha = \(alpha): \(error) at \(compared) places; \(ofIntegral) from the integral")
    #expect(error < 1e-8)
    #expect(ofIntegral < 1e-8)
    #expect(compared >= 120, "of \(2 * Self.places.count)")
    #expect(table.distribution(0) == 0.5)
    // an index that is off by 1e-6 does not pass
    #expect(Self.largestError(table) { Self.upperTail(min(alpha + 1e-6, 2 - 1e-6), $0) }.error > 1e-8)
  }

  /// The table's ends, beyond which GSL has no value: x is the sum of its spacings, rounded.
  @Test func theLastPlaceIsInTheTable() throws {
    for alpha in [1.01, 1.2, 1.25, 1.267, 1.8, 1.9, 1.95] {
      let table = try Self.table(alpha)
      for x in [0.5, 30, 1e5, 1e8, 1e12, 1e14] {
        #expect(table.integratedDistribution(-x) > 0 && table.integratedDistribution(-x) < 100, "\(alpha), \(x)")
      }
    }
  }

  /// Below the table F is linear, and beyond it P(X > x) = C x^{-α}, whose integral is C x^{1-α}/(α-1).
  @Test(arguments: [1.2, 1.5, 1.9]) func theEndsOfTheTableAreContinued(alpha: Double) throws {
    let table = try Self.table(alpha)
    let density = tgamma(1 + 1 / alpha) / .pi
    #expect(abs((table.distribution(1e-10) - 0.5) / (density * 1e-10) - 1) < 1e-4)
    let constant = tgamma(alpha) * sin(.pi * alpha / 2) / .pi
    for x in [1e13, 1e15, 1e18] {
      #expect(abs(table.distribution(-x) / (constant * pow(x, -alpha)) - 1) < 1e-9)
      #expect(abs(table.integratedDistribution(-x) / (constant * pow(x, 1 - alpha) / (alpha - 1)) - 1) < 1e-9)
    }
  }

  @Test(arguments: alphas.filter { $0 > 1 + 1e-6 }) func integratedDistributionIsExact(alpha: Double) throws {
    let law = try StableLaw(alpha: alpha)
    let table = try Self.table(alpha)
    let moment = law.absoluteMoment(1)
    #expect(abs(table.integratedDistribution(0) / (moment / 2) - 1) < 1e-8)
    var largest = abs(table.integratedDistribution(0) / (moment / 2) - 1)
    for x in [1e-10, 1e-3, 0.1, 0.7, 2, 9, 40, 3000, 1e6] {
      let expected = try #require(Self.series(alpha, x).excess, "x = \(x)")
      let found = table.integratedDistribution(-x)
      largest = max(largest, abs(found - expected) / moment)
      // E(x - X)^+ - E(X - x)^+ = x
      #expect(abs(table.integratedDistribution(x) - found - x) <= 1e-15 * (x + found), "x = \(x)")
      // between two x it is the integral of F
      let integral = Integral.of({ table.distribution($0) }, from: -x, to: -x / 2)
      #expect(abs(table.integratedDistribution(-x / 2) - found - integral) < 1e-8 * moment, "x = \(x)")
    }
    print("E(X - x)^+ of the table, alpha = \(alpha): \(largest) of E|X|")
    #expect(largest < 1e-8)
    // F off by 1e-6 of its argument would be seen
    #expect(abs(table.integratedDistribution(-0.7 * (1 + 1e-6)) - Self.series(alpha, 0.7).excess!) > 1e-8)
  }

  @Test(arguments: alphas) func quantilesInvertTheDistribution(alpha: Double) throws {
    let table = try Self.table(alpha)
    for c in [1e-4, 0.01, 0.3, 0.49, 0.5, 0.501, 0.8, 0.9999] {
      let x = table.quantile(c, in: -1e60...1e60)
      #expect(abs(table.distribution(x) - c) < 1e-14)
      if abs(x) > 1e-15, let tail = Self.upperTail(alpha, abs(x)) {
        #expect(abs((x < 0 ? tail : 1 - tail) - c) < 1e-8)
      }
      #expect(table.distribution(x - abs(x) * 1e-5) < c || abs(x) < 1e-15)
    }
    let median = table.quantile(0.5, in: -3...7)
    #expect(abs(median) < 1e-15)
    #expect((1.0...2.0).contains(table.quantile(table.distribution(1.5), in: 1...2)))
  }

  /// X = ℓ + γ Y: F(x) = F_Y((x-ℓ)/γ), E(x - X)^+ = γ E((x-ℓ)/γ - Y)^+.
  @Test(arguments: [0.8, 1, 1.5, 2]) func locationAndScale(alpha: Double) throws {
    let standard = try Self.table(alpha)
    for (location, scale) in [(3.0, 1.0), (-2, 0.25), (0, 7), (1e3, 1e-2)] {
      let table = try Self.table(alpha, scale: scale, location: location)
      for y in [-1e4, -3, -0.2, 0, 1e-9, 0.5, 2, 600] {
        // y comes back with the rounding of location + scale * y
        let rounding = 1e-15 * (abs(location) / scale + abs(y))
        #expect(abs(table.distribution(location + scale * y) - standard.distribution(y)) < 1e-15 + rounding)
        if alpha > 1 {
          let expected = scale * standard.integratedDistribution(y)
          #expect(
            abs(table.integratedDistribution(location + scale * y) - expected)
              < 1e-14 * abs(expected) + 2 * scale * rounding)
        }
      }
      #expect(
        abs(table.quantile(0.7, in: -1e9...1e9) - (location + scale * standard.quantile(0.7, in: -1e9...1e9)))
          < 1e-12 * (abs(location) + scale))
      #expect(table.law == LimitLaw(location: location, stable: try StableLaw(alpha: alpha, scale: scale)))
    }
  }
}
