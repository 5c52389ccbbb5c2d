import McKeanVlasov
import Testing

@Suite struct ReplicasTests {
  @Test(arguments: [0, -1, 1 << 32])
  func refused(count: Int) {
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "replicas", found: "\(count)", allowed: "a whole number from 1 to 4294967295")
    ) { try Replicas(count: count) }
  }

  /// Replicas that follow others are numbered on, and the last number has 32 bits.
  @Test func numbersHave32Bits() throws {
    let last = try Replicas(first: (1 << 32) - 4, count: 3)
    #expect(last.first == (1 << 32) - 4 && last.count == 3)
    #expect(throws: SimulationError.self) { try Replicas(first: (1 << 32) - 4, count: 4) }
  }

  @Test func atLeastOneThread() throws {
    #expect(try Replicas(count: 3, threads: 0).threads == 1)
    #expect(try Replicas(count: 3, threads: 5).threads == 5)
  }
}
