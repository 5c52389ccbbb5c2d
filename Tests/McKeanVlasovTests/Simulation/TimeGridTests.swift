import McKeanVlasov
import Testing

@Suite struct TimeGridTests {
  @Test func stepIsTheHorizonOverTheSteps() throws {
    #expect(try TimeGrid(horizon: 3, steps: 4).step == 0.75)
  }

  @Test(arguments: [0, -1, .nan, .infinity])
  func refusesHorizon(horizon: Double) {
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "horizon", found: "\(horizon)", allowed: "a finite number above 0")
    ) { try TimeGrid(horizon: horizon, steps: 1) }
  }

  @Test(arguments: [0, -3, 1 << 32])
  func refusesSteps(steps: Int) {
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "steps", found: "\(steps)", allowed: "a whole number from 1 to 4294967295")
    ) { try TimeGrid(horizon: 1, steps: steps) }
  }
}
