import Calibration
import McKeanVlasov
import Testing

/// The convergence test suite finds wrong schemes, and lets the right one pass with the same seeds.
@Suite struct VerificationTests {
  /// The named claim of the quick suite, on a naive scheme with the fault.
  private func result(_ claim: String, _ fault: Fault?) throws -> ClaimResult {
    let results = try Verification(quick: true, filter: claim).run(on: NaiveSimulator(fault: fault))
    return try #require(results.first { $0.claim.name == claim })
  }

  @Test(arguments: Fault.allCases) func wrongSchemeIsFound(_ fault: Fault) throws {
    #expect(try result(fault.claim, fault).verdict == .violated)
  }

  /// The same claims on the same scheme without a fault.
  @Test(arguments: Set(Fault.allCases.map(\.claim)).sorted()) func rightSchemePasses(_ claim: String) throws {
    #expect(try result(claim, nil).verdict == .agrees)
  }

  /// The engine passes the quick suite.
  @Test func engineHoldsEveryClaim() throws {
    for result in try Verification(quick: true).run() {
      #expect(result.verdict == .agrees, "\(result.claim.name): \(String(describing: result))")
    }
  }
}
