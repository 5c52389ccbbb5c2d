import McKeanVlasov
import Testing

/// Ladders as a chaos study resolves them: its levels, and the sizes that it simulates.
@Suite struct LadderTests {
  private static func study(_ ladder: Ladder, _ reference: Reference = .next) throws -> ErrorStudy {
    try .chaos(
      model: SineInteraction(theta: 1, coupling: 1), noise: LevyNoise(law: .brownian), horizon: 1, steps: 2,
      particles: ladder, replicas: 8, reference: reference)
  }

  private static func refusal(_ ladder: Ladder, _ reference: Reference = .next) -> SimulationError? {
    do {
      _ = try study(ladder, reference)
      return nil
    } catch { return error as? SimulationError }
  }

  @Test(
    arguments: [
      (.range(from: 16, to: 128), [16, 32, 64, 128], 256), (.range(from: 16, to: 255), [16, 32, 64, 128], 256),
      (.range(from: 3, to: 100, factor: 5), [3, 15, 75], 375), (.list([10, 20, 50]), [10, 20], 50),
      (.range(from: 1, to: 2), [1, 2], 4),
    ] as [(Ladder, [Int], Int)])
  func nextLevelCloses(ladder: Ladder, levels: [Int], closing: Int) throws {
    let study = try Self.study(ladder)
    #expect(study.levels.map(\.particles) == levels)
    #expect(study.systems.map(\.particles) == levels + [closing])
    #expect(study.systems.allSatisfy { $0.steps == 2 && $0.meanField == .own })
  }

  @Test func oneReferenceIsAddedToTheLevels() throws {
    let study = try Self.study(.list([4, 6]), .size(96))
    #expect(study.levels.map(\.particles) == [4, 6])
    #expect(study.systems.map(\.particles) == [4, 6, 96])
    let exact = try Self.study(.range(from: 2, to: 8), .exact)
    #expect(exact.levels.map(\.particles) == [2, 4, 8])
    #expect(exact.systems.map(\.particles) == [2, 4, 8, 8])
    #expect(exact.systems.map(\.meanField) == [.own, .own, .own, .exact])
  }

  @Test(arguments: [
    Ladder.range(from: 64, to: 16), .range(from: 16, to: 16), .range(from: 16, to: 64, factor: 1),
    .range(from: 16, to: 64, factor: 0), .range(from: 16, to: 64, factor: -2), .range(from: 16, to: 31),
    .range(from: 0, to: 16), .range(from: -4, to: 16), .range(from: 16, to: 1 << 32), .list([10, 20]), .list([10]),
    .list([]), .list([10, 10, 20]), .list([20, 10, 40]), .list([0, 1, 2]), .list([1, 2, 1 << 32]),
    // closed by a size beyond the counter, and by one beyond a machine's integers
    .range(from: 1, to: 1 << 31), .range(from: 1, to: Int(UInt32.max), factor: Int(UInt32.max)),
  ])
  func refused(ladder: Ladder) {
    guard case .invalidValue("particles", _, _) = Self.refusal(ladder) else {
      Issue.record("\(ladder) is not refused")
      return
    }
  }

  @Test func aListWithoutClosingValueNeedsTwoLevels() {
    #expect(Self.refusal(.list([10, 20]), .exact) == nil)
    #expect(
      Self.refusal(.list([10]), .exact)
        == .invalidValue(parameter: "particles", found: "[10]", allowed: "at least 2 values"))
    #expect(
      Self.refusal(.list([10, 20]))
        == .invalidValue(
          parameter: "particles", found: "[10, 20]",
          allowed: "at least 3 values: two levels, and the last one that closes the ladder"))
    #expect(
      Self.refusal(.range(from: 8, to: 4))
        == .invalidValue(
          parameter: "particles", found: "from 8 to 4 by a factor of 2",
          allowed: "a ladder that goes up: from < to, and a whole factor of 2 or more"))
  }
}
