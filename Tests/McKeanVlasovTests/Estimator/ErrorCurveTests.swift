import Foundation
import McKeanVlasov
import Testing

@Suite struct ErrorCurveTests {
  @Test(arguments: [(8, 4), (9, 4), (20, 10), (31, 15), (32, 16), (33, 16), (1000, 16)])
  func numberOfGroups(replicas: Int, groups: Int) {
    #expect(ErrorCurve.groups(replicas: replicas) == groups)
    #expect(ErrorCurve.made(replicas: replicas) { _, _ in 1 }.groupValues.count == groups)
  }

  /// Replica r is in group r mod G: the value of a group is that of its members, and of no other.
  @Test func replicasAreDealtInTurn() {
    let curve = ErrorCurve.made(p: 0.5, replicas: 40) { level, replica in Double(level + 1) * Double(replica + 1) }
    for (group, values) in curve.groupValues.enumerated() {
      let members = stride(from: group, to: 40, by: 16).map { Double($0 + 1) }
      let mean = members.reduce(0, +) / Double(members.count)
      for (level, value) in values.enumerated() { #expect(abs(value - pow(Double(level + 1) * mean, 2)) < 1e-9) }
    }
  }

  @Test func valuesAreMomentsOrMedians() {
    let samples: [Double] = [9, 1, 4, 16, 1, 25, 4, 4]
    let mean = ErrorCurve.made(p: 0.5, replicas: 8) { _, replica in samples[replica] }.estimates()[0]
    #expect(mean.value == 64 && mean.estimator == .mean)
    let median = ErrorCurve.made(p: nil, replicas: 8) { _, replica in samples[replica] }.estimates()[0]
    #expect(median.value == 4 && median.estimator == .median)
    // An even number of replicas: the mean of the middle two.
    let even = ErrorCurve.made(p: nil, replicas: 8) { _, replica in Double(replica) }.estimates()[0]
    #expect(even.value == 3.5)
  }

  /// exp(log value ± t_{G-1} s/√G), with the quantile from a table.
  @Test(arguments: [(8, 3), (20, 9), (31, 14), (48, 15)])
  func intervalsAreStudents(replicas: Int, freedom: Int) throws {
    let curve = ErrorCurve.made(p: 2, replicas: replicas) { level, replica in
      1 + abs(sin(Double(7 * replica + level)))
    }
    for (level, estimate) in curve.estimates().enumerated() {
      let logs = curve.groupValues.map { log($0[level]) }
      let mean = logs.reduce(0, +) / Double(logs.count)
      let variance = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(logs.count - 1)
      let spread = exp(Student.t95[freedom]! * (variance / Double(logs.count)).squareRoot())
      let interval = try #require(estimate.interval)
      #expect(abs(interval.upperBound / (estimate.value * spread) - 1) < 1e-8)
      #expect(abs(interval.lowerBound / (estimate.value / spread) - 1) < 1e-8)
    }
  }

  /// No interval for a mean whose squares have no mean; moments below that, and medians, have one.
  @Test(
    arguments: [
      (0.5, 1.5, true), (0.75, 1.5, false), (0.74, 1.5, true), (1, 1.5, false), (1, nil, true), (nil, 1.5, true),
      (nil, nil, true),
    ] as [(Double?, Double?, Bool)])
  func meansOfHeavyTailsHaveNoInterval(p: Double?, tailIndex: Double?, hasInterval: Bool) {
    let curve = ErrorCurve.made(p: p, replicas: 32, tailIndex: tailIndex) { _, replica in 1 + Double(replica) }
    for estimate in curve.estimates() {
      #expect((estimate.interval != nil) == hasInterval)
      #expect(estimate.estimator == (p == nil ? .median : hasInterval ? .mean : .meanNoInterval))
      #expect(estimate.value > 0)
    }
  }

  @Test func namesOfEstimators() {
    #expect(ErrorCurve.Estimator.meanNoInterval.rawValue == "mean-no-interval")
    #expect(ErrorCurve.Estimator.mean.rawValue == "mean" && ErrorCurve.Estimator.median.rawValue == "median")
  }

  /// Replicas that are not finite at one level are left out at every level, and their group without them goes on.
  @Test func nonFiniteReplicasAreLeftOutEverywhere() {
    let curve = ErrorCurve.made(replicas: 32, nonFinite: [3, 19, 20]) { level, replica in
      [3, 19, 20].contains(replica) ? (level == 1 ? .nan : 1e9) : Double(1 + replica)
    }
    let kept = (0..<32).filter { ![3, 19, 20].contains($0) }
    let mean = kept.reduce(0.0) { $0 + Double(1 + $1) } / 29
    for estimate in curve.estimates() { #expect(abs(estimate.value - mean) < 1e-12) }
    // Group 3 has lost both of its members, group 4 one of two.
    #expect(curve.groupValues.count == 15)
    #expect(curve.groupValues[3] == [5, 5, 5, 5])
    #expect(curve.replicas == 32)
  }

  @Test func noFiniteReplicaNoValue() {
    let curve = ErrorCurve.made(replicas: 8, nonFinite: Set(0..<8)) { _, _ in .nan }
    for estimate in curve.estimates() { #expect(estimate.value.isNaN && estimate.interval == nil) }
  }

  @Test func anErrorOfZeroHasNoInterval() {
    let curve = ErrorCurve.made(replicas: 8) { _, _ in 0 }
    for estimate in curve.estimates() { #expect(estimate.value == 0 && estimate.interval == nil) }
  }

  @Test func abscissaeAreTheSweptVariable() {
    #expect(ErrorCurve.made(in: .n, at: [4, 8], replicas: 8) { _, _ in 1 }.abscissae == [4, 8])
    #expect(ErrorCurve.made(in: .dt, at: [4, 8], replicas: 8) { _, _ in 1 }.abscissae == [0.25, 0.125])
  }
}
