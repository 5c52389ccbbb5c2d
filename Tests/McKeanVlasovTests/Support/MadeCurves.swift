import Foundation
import McKeanVlasov

extension ErrorCurve {
  /// A curve with samples of one's own.
  ///
  /// - Parameters:
  ///   - abscissae: n, or 1/Δt.
  ///   - sample: the error's p-th moment of a level and replica, or its median where p is nil.
  static func made(
    in variable: ConvergenceVariable = .n, p: Double? = 1, at abscissae: [Int] = [16, 32, 64, 128], replicas: Int,
    tailIndex: Double? = nil, nonFinite: Set<Int> = [], sample: (_ level: Int, _ replica: Int) -> Double
  ) -> ErrorCurve {
    ErrorCurve(
      metric: p == nil ? .terminalMedian : .terminal, p: p, sweep: variable == .n ? .chaos : .strong,
      levels: abscissae.map {
        variable == .n
          ? Level(particles: $0, steps: 10, step: 0.1) : Level(particles: 10, steps: $0, step: 1 / Double($0))
      },
      samples: abscissae.indices.map { level in (0..<replicas).map { sample(level, $0) } }, tailIndex: tailIndex,
      nonFiniteReplicas: nonFinite)
  }

  /// Eight replicas in four groups, each an exact power law, whose slopes have the given 95 % interval.
  ///
  /// Two of the four slopes stand above their mean and two below, by the half-width over t_{3, 0.975}/√3.
  static func withSlope(_ interval: ClosedRange<Double>, in variable: ConvergenceVariable) -> ErrorCurve {
    let middle = (interval.lowerBound + interval.upperBound) / 2
    let offset = (interval.upperBound - middle) * 3.0.squareRoot() / Student.t95[3]!
    return made(in: variable, replicas: 8) { level, replica in
      let x = variable == .n ? Double(16 << level) : 1 / Double(16 << level)
      return 3 * pow(x, middle + (replica % 4 < 2 ? offset : -offset))
    }
  }
}

/// Table values.
enum Student {
  /// The 0.975 quantiles of Student's law by degrees of freedom, from printed tables with more digits.
  static let t95 = [
    1: 12.706204736, 3: 3.182446305, 4: 2.776445105, 9: 2.262157163, 14: 2.144786688, 15: 2.131449546,
  ]
}
