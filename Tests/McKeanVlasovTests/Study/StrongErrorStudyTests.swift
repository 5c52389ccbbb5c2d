import McKeanVlasov
import Testing

@Suite struct StrongErrorStudyTests {
  private static func study(
    _ steps: Ladder, reference: Reference = .next, alpha: Double = 2, scale: Double = 1, p: [Double] = [0.5],
    model: any McKeanVlasovModel = SineInteraction(theta: 1, coupling: 1)
  ) throws -> ErrorStudy {
    try .strong(
      model: model, noise: LevyNoise(law: .stable(alpha: alpha), scale: scale), horizon: 3, steps: steps, particles: 4,
      replicas: 8, p: p, reference: reference)
  }

  @Test func levelsAndSystems() throws {
    let study = try Self.study(.range(from: 3, to: 12))
    #expect(study.levels.map(\.steps) == [3, 6, 12])
    #expect(study.levels.map(\.step) == [1, 0.5, 0.25])
    #expect(study.systems.map(\.steps) == [3, 6, 12, 24])
    #expect(study.systems.allSatisfy { $0.particles == 4 })
    #expect(try Self.study(.list([3, 4]), reference: .size(144)).systems.map(\.steps) == [3, 4, 144])
  }

  @Test(
    arguments: [
      (.list([4, 6, 12]), .next, "4 measured against 6"), (.list([4, 8, 12]), .next, "8 measured against 12"),
      (.list([4, 6]), .size(200), "6 measured against 200"),
    ] as [(Ladder, Reference, String)])
  func stepsDivideTheirReference(steps: Ladder, reference: Reference, found: String) {
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "steps", found: found, allowed: "step counts that divide what they are measured against")
    ) { try Self.study(steps, reference: reference) }
  }

  @Test func theReferenceIsMuchFiner() throws {
    #expect(throws: Never.self) { try Self.study(.list([2, 4]), reference: .size(128)) }
    for size in [127, 64, 4, 0, -128] {
      #expect(
        throws: SimulationError.invalidValue(
          parameter: "reference", found: "\(size)",
          allowed: "\"next\", or at least 128 steps (32 times the finest level)")
      ) { try Self.study(.list([2, 4]), reference: .size(size)) }
    }
    #expect(throws: SimulationError.self) { try Self.study(.list([2, 4]), reference: .exact) }
  }

  // MARK: - Between grid points

  private static func metrics(_ study: ErrorStudy) throws -> [Metric] {
    try study.run(threads: 1).filter { $0.metric.pathError == .offGrid }.map(\.metric)
  }

  @Test func oddRatiosHaveNoTimeBetweenGridPoints() throws {
    #expect(try Self.metrics(Self.study(.list([2, 6, 18]))) == [])
    #expect(try Self.metrics(Self.study(.range(from: 2, to: 4))) == [.offGrid, .offGridMedian])
    // one level of two
    let curves = try Self.study(.list([2, 6, 12])).run(threads: 1)
    #expect(curves.filter { $0.metric == .offGrid }.map { $0.levels.map(\.steps) } == [[6]])
    #expect(curves.filter { $0.metric == .terminal }.map { $0.levels.map(\.steps) } == [[2, 6]])
  }

  @Test func chaosHasNoErrorBetweenGridPoints() throws {
    let study = try ErrorStudy.chaos(
      model: SineInteraction(theta: 1, coupling: 1), noise: LevyNoise(law: .brownian), horizon: 1, steps: 2,
      particles: .range(from: 2, to: 4), replicas: 8)
    #expect(try Self.metrics(study) == [])
    #expect(study.omittedMoments == [])
  }

  /// There the increment of half a step is part of the error: moments that exist on the grid do not exist off it.
  @Test func offGridMomentsBeyondTheNoisesTailAreLeftOut() throws {
    let model = SineInteraction(theta: 0, coupling: 1)
    let study = try Self.study(.range(from: 2, to: 4), alpha: 1.5, p: [0.5, 1.5, 2], model: model)
    #expect(study.omittedMoments == [1.5, 2])
    let curves = try study.run(threads: 1)
    for metric in [Metric.offGrid, .pathSup] { #expect(curves.filter { $0.metric == metric }.map(\.p) == [0.5]) }
    #expect(curves.filter { $0.metric == .terminal }.map(\.p) == [0.5, 1.5, 2])
    #expect(curves.filter { $0.metric == .offGridMedian }.count == 1)
    // The tail index decides which values have an interval: off the grid the noise's, on it none.
    let betweenGridPoints: [Metric] = [.offGrid, .pathSup, .offGridMedian]
    #expect(curves.map(\.tailIndex) == curves.map { betweenGridPoints.contains($0.metric) ? 1.5 : nil })
    #expect(try Self.study(.range(from: 2, to: 4), alpha: 2, p: [2], model: model).omittedMoments == [])
    #expect(
      try Self.study(.range(from: 2, to: 4), alpha: 1.5, scale: 0, p: [2], model: model).omittedMoments == [])
  }
}
