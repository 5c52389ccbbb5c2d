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

  @Test func atLeastOneThread() throws {
    #expect(try Replicas(count: 3, threads: 0).threads == 1)
    #expect(try Replicas(count: 3, threads: 5).threads == 5)
  }
}
