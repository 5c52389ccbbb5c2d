import CGSL
import Calibration
import Foundation
import McKeanVlasov
import Testing

/// What `make calibrate` measures, in small, and that it would see what is wrong.
@Suite struct CalibrationTests {
  /// 200 seeds of each cell: none is rejected as covering 93 to 97 %, with and without a stopping rule. That a cell covers as
  /// an interval of half the width would is rejected.
  /// The sine system is left to `make calibrate`: its truth is a run of 64,000 replicas.
  @Test(arguments: [Coverage.Study.ouChaos, .ouStrong], [nil, 0.15])
  func intervalsCover(_ study: Coverage.Study, halfWidth: Double?) throws {
    let cells = try Coverage(study, alpha: 1.5, halfWidth: halfWidth).cells(seeds: 200)
    #expect(cells.map(\.p) == [0.5, 0.675, 1.125, nil])
    for cell in cells {
      #expect(cell.pValue(of: 0.93...0.97) > 1e-3 / 16, "\(cell)")
      #expect(cell.pValue(of: 0.68...0.72) < 1e-3 / 16, "\(cell)")
      #expect(halfWidth == nil ? cell.replicas == 64 : cell.replicas > 64)
    }
  }

  /// P(|δ + Z| + q S > M) against draws of Z and S.
  @Test func powerIsTheFrequencyOfFailures() {
    let stream = RandomStream(seed: 5)
    let (distance, margin, freedom, level) = (1.0, 6.0, 15.0, 1e-3)
    let quantile = gsl_cdf_tdist_Qinv(level / 2, freedom)
    let draws = 20_000
    func normal(_ replica: Int, _ index: Int) -> Double {
      stream.position(particle: UInt32(replica), step: UInt32(index), component: 0, purpose: .noise)
      return gsl_ran_levy(stream.generator, 0.5.squareRoot(), 2)
    }
    let failures = (0..<draws).count { replica in
      let spread = (1...15).reduce(0.0) { $0 + pow(normal(replica, $1), 2) } / freedom
      return abs(distance + normal(replica, 0)) + quantile * spread.squareRoot() > margin
    }
    let expected = Power.failure(distance: distance, margin: margin, level: level, freedom: freedom)
    func deviation(_ probability: Double) -> Double {
      (Double(failures) / Double(draws) - probability) / (probability * (1 - probability) / Double(draws)).squareRoot()
    }
    #expect(abs(deviation(expected)) < 4)
    // the normal law in place of Student's
    #expect(abs(deviation(Power.failure(distance: distance, margin: margin, level: level, freedom: 1e6))) > 4)
  }

  /// Uniform numbers pass, their squares do not.
  @Test func uniformityIsTested() {
    let uniforms = (0..<200).map { Philox.uniforms(counter: SIMD4(UInt32($0), 0, 0, 0), key: SIMD2(1, 0)).first }
    #expect(Uniformity.ofUniform(uniforms) > 1e-3)
    #expect(Uniformity.ofUniform(uniforms.map { $0 * $0 }) < 1e-3)
  }

  /// p-values of the law tests on 2000 small samples of the right law are uniform; with another scale they are not.
  @Test(arguments: [0.8, 1.5, 2]) func lawTestsAreUniform(alpha: Double) throws {
    let noise = try LevyNoise(law: .stable(alpha: alpha))
    let stream = RandomStream(seed: 3)
    func pValues(samples: Int, of count: Int, _ test: ([Double]) -> Double) -> [Double] {
      var draws = [Double](repeating: 0, count: count)
      return (0..<samples).map { replica in
        stream.select(replica: UInt32(replica))
        noise.fill(&draws, components: 1, particles: 0..<count, step: 0, incrementScale: 1, from: stream)
        return test(draws)
      }
    }
    func ofLaw(scale: Double) -> Double {
      Uniformity.ofUniform(
        pValues(samples: 2000, of: 1000) { LawTest.symmetricStable($0, alpha: alpha, scale: scale) })
    }
    #expect(ofLaw(scale: 1) > 1e-3 / 6)
    #expect(ofLaw(scale: 1.06) < 1e-3 / 6)
    guard alpha < 2 else { return }
    #expect(Uniformity.ofUniform(pValues(samples: 200, of: 100_000) { LawTest.tail($0, alpha: alpha) }) > 1e-3 / 6)
    let cut = pValues(samples: 20, of: 100_000) { LawTest.tail($0.map { min(max($0, -100), 100) }, alpha: alpha) }
    #expect(Uniformity.ofUniform(cut) < 1e-3 / 6)
  }

  /// A few seeds of the suite's own p-values.
  @Test func pValuesOfExactLawsAreUniform() throws {
    let claims = try Uniformity.pValues(seeds: 10)
    #expect(claims.count > 15)
    for claim in claims { #expect(claim.pValue > 1e-3 / Double(claims.count), "\(claim)") }
  }
}
