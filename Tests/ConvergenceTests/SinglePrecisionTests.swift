import Foundation
import McKeanVlasov
import Testing

/// Rates measured on states in single precision. Levels are those whose errors are far above the rounding of the states,
/// 2^-24 of them.
@Suite struct SinglePrecisionTests {
  /// One study in the precision.
  enum Study: String, CaseIterable {
    case chaosOfOrnsteinUhlenbeck, chaosOfSines, chaosOfNetwork
    case strongErrorOfOrnsteinUhlenbeck, strongErrorOfSines, strongErrorOfNetwork

    func make(_ precision: Precision) throws -> ErrorStudy {
      let noise = try LevyNoise(law: .stable(alpha: 1.5), scale: 0.5)
      let ornsteinUhlenbeck = OrnsteinUhlenbeck(theta: 1, coupling: 1, initial: .constant(1))
      let sines = SineInteraction(theta: 1, coupling: 2, initial: .constant(1))
      switch self {
      case .chaosOfOrnsteinUhlenbeck: return try chaos(ornsteinUhlenbeck, noise, precision)
      case .chaosOfSines: return try chaos(sines, noise, precision)
      case .chaosOfNetwork: return try chaos(network(), noise, precision)
      case .strongErrorOfOrnsteinUhlenbeck: return try strong(ornsteinUhlenbeck, noise, precision)
      case .strongErrorOfSines: return try strong(sines, noise, precision)
      case .strongErrorOfNetwork: return try strong(network(), noise, precision)
      }
    }

    private func network() throws -> TwoLayerNetwork {
      try Files.withTemporaryDirectory { directory in
        let path = directory + "/two-classes.csv"
        try Files.writeTwoClasses(to: path, rows: 8, dimension: 2)
        return try TwoLayerNetwork(
          data: LabelledData(contentsOf: path, label: .last), activation: .tanh, loss: .crossEntropy)
      }
    }

    private func chaos(_ model: any McKeanVlasovModel, _ noise: LevyNoise, _ precision: Precision) throws -> ErrorStudy
    {
      try .chaos(
        model: model, noise: noise, horizon: 1, steps: 8, particles: .range(from: 8, to: 64), replicas: 64, p: [0.5],
        seed: 6, precision: precision)
    }

    private func strong(_ model: any McKeanVlasovModel, _ noise: LevyNoise, _ precision: Precision) throws -> ErrorStudy
    {
      try .strong(
        model: model, noise: noise, horizon: 1, steps: .range(from: 8, to: 64), particles: 16, replicas: 64, p: [0.5],
        seed: 6, precision: precision)
    }
  }

  @Test(arguments: Study.allCases) func slopesAreThoseOfDoublePrecision(_ study: Study) throws {
    let (singles, doubles) = (try study.make(.single).run(), try study.make(.double).run())
    #expect(singles.count == doubles.count && !singles.isEmpty)
    for (single, double) in zip(singles, doubles) {
      let name = "\(double.metric.rawValue), p = \(double.p ?? 0)"
      #expect(single.metric == double.metric && single.p == double.p)
      let (rate, expected) = (try ConvergenceRate(fitting: single), try ConvergenceRate(fitting: double))
      // The noise is the same, so the slopes differ by the rounding of the errors alone: far less than the interval.
      #expect(expected.interval.contains(rate.slope), "\(name)")
      #expect(abs(rate.slope - expected.slope) < 1e-3, "\(name)")
      #expect(single.samples != double.samples, "\(name)")
      // The interval can tell: the next rate does not lie in it.
      let other = expected.slope + (expected.slope < 0 ? 1.0 / 3 : -1.0 / 3)
      #expect(!expected.interval.contains(other), "\(name)")
    }
  }
}
