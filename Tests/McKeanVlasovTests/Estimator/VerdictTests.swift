import McKeanVlasov
import Testing

@Suite struct VerdictTests {
  /// Intervals of the speed, and what they say of the speed ½ with the given kind and alternative.
  struct Case: Sendable, CustomTestStringConvertible {
    let speed: ClosedRange<Double>
    let kind: Claim.Kind
    var alternative: Double?
    let verdict: Verdict
    var testDescription: String { "\(speed), \(kind), alternative \(alternative ?? 0): \(verdict)" }

    static let all = [
      Case(speed: 0.46...0.54, kind: .rate, verdict: .agrees),
      Case(speed: 0.51...0.53, kind: .rate, verdict: .agrees),
      Case(speed: 0.44...0.52, kind: .rate, verdict: .inconclusive),
      Case(speed: 0.43...0.48, kind: .rate, verdict: .inconclusive),
      Case(speed: 0.52...0.57, kind: .rate, verdict: .inconclusive),
      Case(speed: 0.49...0.56, kind: .rate, verdict: .inconclusive),
      Case(speed: 0.3...0.7, kind: .rate, verdict: .inconclusive),
      Case(speed: 0.40...0.44, kind: .rate, verdict: .violated),
      Case(speed: 0.56...0.60, kind: .rate, verdict: .violated),
      Case(speed: -0.2...0.1, kind: .rate, verdict: .violated),
      // half of the distance to the alternative is 0.03
      Case(speed: 0.46...0.54, kind: .rate, alternative: 0.44, verdict: .inconclusive),
      Case(speed: 0.48...0.52, kind: .rate, alternative: 0.44, verdict: .agrees),
      Case(speed: 0.455...0.465, kind: .rate, alternative: 0.44, verdict: .violated),
      Case(speed: 0.46...0.54, kind: .rate, alternative: 0.3, verdict: .agrees),
      Case(speed: 0.46...0.54, kind: .rate, alternative: 0.47, verdict: .agrees),
      Case(speed: 0.46...0.9, kind: .bound, verdict: .boundHeld),
      Case(speed: 1.5...2, kind: .bound, verdict: .boundHeld),
      Case(speed: 0.44...0.9, kind: .bound, verdict: .inconclusive),
      Case(speed: 0.3...0.44, kind: .bound, verdict: .violated),
      Case(speed: 0.46...0.9, kind: .bound, alternative: 0.44, verdict: .inconclusive),
    ]
  }

  @Test(arguments: Case.all, ConvergenceVariable.allCases)
  func truthTable(example: Case, variable: ConvergenceVariable) throws {
    // The exponent of n is minus the speed, that of Δt is the speed.
    let sign = variable == .n ? -1.0 : 1.0
    let claim = Claim(
      exponent: sign * 0.5, kind: example.kind, alternative: example.alternative.map { sign * $0 }, source: "")
    let slopes =
      variable == .n ? -example.speed.upperBound ... -example.speed.lowerBound : example.speed
    let rate = try ConvergenceRate(fitting: .withSlope(slopes, in: variable))
    #expect(Verdict(of: claim, on: rate, in: variable, nonFinite: 0) == example.verdict)
    #expect(Verdict(of: claim, on: rate, in: variable, nonFinite: 1) == .inconclusive)
  }

  @Test func noRateIsInconclusive() {
    let claim = Claim(exponent: -0.5, source: "")
    #expect(Verdict(of: claim, on: nil, in: .n, nonFinite: 0) == .inconclusive)
  }

  @Test func words() {
    #expect(
      [Verdict.agrees, .boundHeld, .violated, .inconclusive].map(\.rawValue)
        == ["agrees", "bound-held", "violated", "inconclusive"])
  }
}
