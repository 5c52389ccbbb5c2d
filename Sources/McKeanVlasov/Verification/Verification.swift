import Foundation

/// The convergence test suite: claims with their sources, each tested on simulations of its own.
///
/// Exact laws are tested at level 1e-3 divided by their number, so that all of a right scheme pass with probability 0.999.
/// Of an equivalence the interval that misses with probability 1e-3 divided by their number must lie within the margin, so
/// that a wrong number hardly ever passes; the sample sizes are such that a right one hardly ever fails
/// (docs/validation.md).
public struct Verification: Sendable {
  /// Claims that one simulation answers.
  struct Group: Sendable {
    /// Begins the name of each of its claims.
    let name: String
    /// Whether it is in the quick suite.
    let isQuick: Bool
    let claims: [VerifiedClaim]
    /// In the order of the claims.
    let measure: @Sendable (Session) throws -> [Evidence]
  }

  /// What a group is measured with.
  struct Session: Sendable {
    let simulator: any Simulator
    let seed: UInt32
    let threads: Int
    /// For a second, independent simulation.
    var otherSeed: UInt32 { seed ^ 0x8000_0000 }
  }

  /// The probability with which any claim of a kind fails though all are right.
  public static let familyLevel = 1e-3

  private let groups: [Group]
  private let filter: String?
  /// The levels of one claim: the family's over the number of claims of its kind in the suite, whatever the filter.
  package let exactLawLevel, equivalenceLevel: Double

  /// - Parameters:
  ///   - quick: the claims that take less than a minute together, in place of all.
  ///   - filter: a part of the names of the claims that are wanted; nil for all.
  /// - Throws: `SimulationError.invalidValue` for a filter that no name holds.
  public init(quick: Bool = false, filter: String? = nil) throws(SimulationError) {
    let suite = try Self.allGroups().filter { $0.isQuick || !quick }
    let claims = suite.flatMap(\.claims)
    let exact = claims.count { $0.test == .exactLaw }
    exactLawLevel = Self.familyLevel / Double(max(exact, 1))
    equivalenceLevel = Self.familyLevel / Double(max(claims.count - exact, 1))
    self.filter = filter
    groups = suite.filter { group in filter.map { filter in group.claims.contains { $0.name.contains(filter) } } ?? true
    }
    guard !groups.isEmpty else {
      throw .invalidValue(
        parameter: "--filter", found: "\"\(filter ?? "")\"",
        allowed: "a part of the name of a claim of the \(quick ? "quick" : "full") suite, as "
          + claims.map { $0.name.split(separator: "/").prefix(2).joined(separator: "/") }
          .reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: ", "))
    }
  }

  /// What is tested, in order.
  public var claims: [VerifiedClaim] { groups.flatMap { $0.claims.filter(isWanted) } }

  private func isWanted(_ claim: VerifiedClaim) -> Bool { filter.map { claim.name.contains($0) } ?? true }

  /// Tests the claims, simulation by simulation.
  ///
  /// - Parameters:
  ///   - seed: each group of claims has a seed of its own, made of this one and its name.
  ///   - record: told of each result as it is there.
  public func run(
    seed: UInt32 = 1, threads: Int = ProcessInfo.processInfo.activeProcessorCount,
    record: (ClaimResult) throws -> Void = { _ in }
  ) throws -> [ClaimResult] {
    try run(on: Engine(), seed: seed, threads: threads, record: record)
  }

  /// The same on any simulator.
  package func run(
    on simulator: any Simulator, seed: UInt32 = 1, threads: Int = ProcessInfo.processInfo.activeProcessorCount,
    record: (ClaimResult) throws -> Void = { _ in }
  ) throws -> [ClaimResult] {
    try groups.flatMap { group in
      let start = ContinuousClock.now
      let measurements = try group.measure(
        Session(simulator: simulator, seed: Self.seed(of: group.name, seed), threads: threads))
      precondition(measurements.count == group.claims.count, "\(group.name) measures each of its claims")
      let seconds = (ContinuousClock.now - start) / .seconds(1) / Double(measurements.count)
      let results = zip(group.claims, measurements).filter { isWanted($0.0) }.map { claim, measurement in
        ClaimResult(
          claim, measurement, level: claim.test == .exactLaw ? exactLawLevel : equivalenceLevel, seconds: seconds)
      }
      for result in results { try record(result) }
      return results
    }
  }

  /// The name's 32-bit FNV-1a hash plus the seed.
  package static func seed(of name: String, _ seed: UInt32) -> UInt32 {
    name.utf8.reduce(2_166_136_261 as UInt32) { ($0 ^ UInt32($1)) &* 16_777_619 } &+ seed
  }

  private static func allGroups() throws(SimulationError) -> [Group] {
    try exactLawGroups() + rateGroups() + constantGroups()
  }
}
