import Foundation
import McKeanVlasov
import Testing

@Suite struct ConvergenceRateTests {
  @Test(arguments: [(ConvergenceVariable.n, -0.5, 3.0), (.n, 0.25, 1e-8), (.dt, 1, 0.02), (.dt, 0.66, 1e5)])
  func exactPowerLaws(variable: ConvergenceVariable, slope: Double, constant: Double) throws {
    for p in [0.5, 1, 2, nil] as [Double?] {
      let curve = ErrorCurve.made(in: variable, p: p, replicas: 32) { level, _ in
        let x = variable == .n ? Double(16 << level) : 1 / Double(16 << level)
        return pow(constant * pow(x, slope), p ?? 1)
      }
      let rate = try ConvergenceRate(fitting: curve)
      #expect(abs(rate.slope - slope) < 1e-12)
      #expect(abs(rate.constant / constant - 1) < 1e-11)
      #expect(rate.interval.upperBound - rate.interval.lowerBound < 1e-12)
      #expect([rate.fitFrom, rate.fitTo] == (variable == .n ? [16, 128] : [0.0625, 0.0078125]))
    }
  }

  /// Slope, constant and interval from the textbook's sums, group by group, with the quantile from a table.
  @Test(arguments: [(8, 3), (10, 4), (20, 9), (31, 14), (40, 15)])
  func leastSquaresInEachGroup(replicas: Int, freedom: Int) throws {
    let levels = [10, 30, 50, 200]
    let curve = ErrorCurve.made(p: 0.5, at: levels, replicas: replicas) { level, replica in
      pow(Double(levels[level]), -0.3) * (1 + 0.5 * sin(Double(13 * replica + 5 * level)))
    }
    let fits = curve.groupValues.map { values -> (slope: Double, intercept: Double) in
      let (x, y) = (levels.map { log(Double($0)) }, values.map { log($0) })
      let (meanX, meanY) = (x.reduce(0, +) / 4, y.reduce(0, +) / 4)
      let slope =
        zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
      return (slope, meanY - slope * meanX)
    }
    let count = Double(fits.count)
    let slope = fits.reduce(0) { $0 + $1.slope } / count
    let variance = fits.reduce(0) { $0 + ($1.slope - slope) * ($1.slope - slope) } / (count - 1)
    let halfWidth = Student.t95[freedom]! * (variance / count).squareRoot()
    let rate = try ConvergenceRate(fitting: curve)
    #expect(abs(rate.slope - slope) < 1e-12)
    #expect(abs(log(rate.constant) - fits.reduce(0) { $0 + $1.intercept } / count) < 1e-12)
    #expect(abs(rate.interval.lowerBound - (slope - halfWidth)) < 1e-9)
    #expect(abs(rate.interval.upperBound - (slope + halfWidth)) < 1e-9)
  }

  /// Four groups with log error = s x + c x², c = 0.1 ± δ twice each: their mean is t standard errors from 0, so the
  /// p-value is 2 P(T_3 > t), which at the table's quantile is 0.05.
  @Test(arguments: [(3.182446305, 0.05), (2.353363435, 0.1), (5.840909310, 0.01)])
  func curvature(t: Double, pValue: Double) throws {
    let levels = [10, 30, 50, 200]
    let offset = 0.1 * 3.0.squareRoot() / t
    let curve = ErrorCurve.made(at: levels, replicas: 8) { level, replica in
      let x = log(Double(levels[level]))
      return exp(-0.4 * x + (0.1 + (replica % 4 < 2 ? offset : -offset)) * x * x)
    }
    #expect(abs(try ConvergenceRate(fitting: curve).curvaturePValue! - pValue) < 1e-7)
  }

  @Test func twoLevelsHaveNoCurvature() throws {
    let rate = try ConvergenceRate(
      fitting: .made(at: [10, 20], replicas: 8) { level, r in exp(Double(-level) + 0.1 * Double(r)) })
    #expect(rate.curvaturePValue == nil)
    #expect(abs(rate.slope + 1 / log(2)) < 1e-12)
  }

  @Test func madeIntervalsAreMet() throws {
    let rate = try ConvergenceRate(fitting: .withSlope(-0.54 ... -0.47, in: .n))
    #expect(abs(rate.interval.lowerBound + 0.54) < 1e-8 && abs(rate.interval.upperBound + 0.47) < 1e-8)
  }

  // MARK: - Levels that bend

  /// n = 8, 16, … with error c n^{-1/2} (1 + bend/n), and each replica's own normal factor of 2 % at each level.
  private static func bentCurve(bend: Double, levels: Int, seed: UInt32) -> ErrorCurve {
    var random = SeededBits(seed: seed)
    let factors = (0..<levels * 64).map { _ in
      1 + 0.02 * random.normal()
    }
    return .made(at: (0..<levels).map { 8 << $0 }, replicas: 64) { level, replica in
      let n = Double(8 << level)
      return 3 / n.squareRoot() * (1 + bend / n) * factors[level * 64 + replica]
    }
  }

  /// The fit keeps four levels at least, and leaves out as many of the others as it must.
  @Test func bentLevelsAreLeftOut() throws {
    for seed in 1...20 as ClosedRange<UInt32> {
      let mild = try ConvergenceRate(fitting: Self.bentCurve(bend: 8, levels: 10, seed: seed))
      #expect(mild.fitFrom > 8 && mild.fitFrom <= 512 && mild.fitTo == 4096)
      // one level fewer than that bends
      #expect(mild.fitFrom == 512 || mild.curvaturePValue! >= 0.05)
      #expect(abs(mild.slope + 0.5) < 0.05)
      // where every window bends, four levels are left, and the p-value says so
      let strong = try ConvergenceRate(fitting: Self.bentCurve(bend: 100, levels: 7, seed: seed))
      #expect(strong.fitFrom == 64 && strong.fitTo == 512 && strong.curvaturePValue! < 0.05)
      let four = try ConvergenceRate(fitting: Self.bentCurve(bend: 8, levels: 4, seed: seed))
      #expect(four.fitFrom == 8 && four.curvaturePValue! < 0.05)
    }
  }

  /// The levels that stay are fitted as if there were no others.
  @Test func theFitIsThatOfItsLevels() throws {
    let whole = Self.bentCurve(bend: 8, levels: 8, seed: 1)
    let rate = try ConvergenceRate(fitting: whole)
    let first = try #require(whole.abscissae.firstIndex(of: rate.fitFrom))
    #expect(first > 0)
    let part = ErrorCurve.made(at: whole.levels.dropFirst(first).map(\.particles), replicas: 64) { level, replica in
      whole.samples[level + first][replica]
    }
    let ofPart = try ConvergenceRate(fitting: part)
    #expect(ofPart.slope == rate.slope && ofPart.interval == rate.interval && ofPart.constant == rate.constant)
    #expect(ofPart.curvaturePValue == rate.curvaturePValue)
  }

  /// A power law loses its coarsest level at the level of the test, 5 %, in 2000 seeds; a bend that is small beside the
  /// noise, as the control, loses it more often.
  @Test func aPowerLawIsLeftWhole() throws {
    func cut(bend: Double) throws -> Int {
      try (1...2000 as ClosedRange<UInt32>).reduce(0) {
        let rate = try ConvergenceRate(fitting: Self.bentCurve(bend: bend, levels: 6, seed: $1))
        return $0 + (rate.fitFrom > 8 ? 1 : 0)
      }
    }
    #expect(PValue.binomial(hits: try cut(bend: 0), trials: 2000, probability: 0.05) > 1e-3)
    #expect(PValue.binomial(hits: try cut(bend: 0.05), trials: 2000, probability: 0.05) < 1e-3)
  }

  // MARK: - From level to level

  /// Each local slope of a power law holds the exponent at its 95 %, in 400 seeds of seven pairs; a bent curve's coarsest
  /// does not, and an interval for another exponent does not, as controls. Pairs are tested one by one, at 1e-3 together.
  @Test func localSlopesHoldTheExponentOfAPowerLaw() throws {
    func held(bend: Double, exponent: Double) throws -> [Int] {
      var held = [Int](repeating: 0, count: 7)
      for seed in 1...400 as ClosedRange<UInt32> {
        let slopes = try ConvergenceRate.localSlopes(of: Self.bentCurve(bend: bend, levels: 8, seed: seed))
        #expect(slopes.map(\.from) == (0..<7).map { Double(8 << $0) } && slopes.map(\.to) == slopes.map { 2 * $0.from })
        for (pair, local) in slopes.enumerated() where local.interval.contains(exponent) { held[pair] += 1 }
      }
      return held
    }
    func pValue(_ hits: Int) -> Double { PValue.binomial(hits: hits, trials: 400, probability: 0.95) }
    #expect(try held(bend: 0, exponent: -0.5).allSatisfy { pValue($0) > 1e-3 / 7 })
    #expect(pValue(try held(bend: 0.2, exponent: -0.5)[0]) < 1e-3 / 7)
    #expect(try held(bend: 0, exponent: -0.48).allSatisfy { pValue($0) < 1e-3 / 7 })
  }

  /// log2 of the ratio of neighbours, exactly.
  @Test(arguments: ConvergenceVariable.allCases)
  func localSlopesOfMadeErrors(variable: ConvergenceVariable) throws {
    let errors = [12.0, 3, 6, 6]
    let slopes = try ConvergenceRate.localSlopes(
      of: .made(in: variable, at: [2, 4, 8, 16], replicas: 8) { level, _ in errors[level] })
    let sign = variable == .n ? 1.0 : -1
    for (local, expected) in zip(slopes, [-2 * sign, sign, 0]) {
      #expect(abs(local.slope - expected) < 1e-12)
      #expect(local.interval.upperBound - local.interval.lowerBound < 1e-12)
    }
    #expect(throws: ConvergenceRate.Failure.exactAgreement) {
      try ConvergenceRate.localSlopes(of: .made(replicas: 8) { _, _ in 0 })
    }
  }

  // MARK: - Curves without a rate

  private func failure(_ curve: ErrorCurve) -> ConvergenceRate.Failure? {
    do {
      _ = try ConvergenceRate(fitting: curve)
      return nil
    } catch { return error }
  }

  @Test func failures() {
    #expect(failure(.made(replicas: 8) { _, _ in 0 }) == .exactAgreement)
    // One level of one group is enough: its logarithm does not exist.
    #expect(failure(.made(replicas: 8) { level, r in level == 2 && r % 4 == 1 ? 0 : 1 }) == .underflow)
    #expect(failure(.made(at: [16], replicas: 8) { _, _ in 1 }) == .tooFewLevels)
    #expect(failure(.made(replicas: 8, nonFinite: [0, 1, 2, 4, 5, 6]) { _, _ in 1 }) == .tooFewReplicas)
    #expect(failure(.made(replicas: 8, nonFinite: [0, 1, 4, 5]) { _, _ in 1 }) == nil)
    #expect(failure(.made(p: 0.001, replicas: 8) { _, _ in 10 }) == .overflow)
  }
}
