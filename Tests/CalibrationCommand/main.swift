import Calibration
import Foundation
import McKeanVlasov

// Coverage and power, as docs/validation.md. Arguments: seeds of the coverage, of the p-values and of the power.

let counts = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let (coverageSeeds, uniformitySeeds, powerSeeds) =
  counts.count == 3 ? (counts[0], counts[1], counts[2]) : (1000, 200, 3)
let familyLevel = Verification.familyLevel
/// What is not as it is claimed to be; the exit code is 1 then.
nonisolated(unsafe) var failures: [String] = []

func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
func note(_ text: String) { FileHandle.standardError.write(Data("calibration: \(text)\n".utf8)) }

func table(_ header: [String], _ rows: [[String]]) -> String {
  ([header, header.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
}

// MARK: - Coverage

/// One table: the cells of every study and α, and what is said of all of them.
func coverage(halfWidth: Double?, allowed: ClosedRange<Double>, mean allowedMean: ClosedRange<Double>) throws -> String
{
  var cells: [Coverage.Cell] = []
  for study in Coverage.Study.allCases {
    for alpha in [1.2, 1.5, 1.8, 2] {
      cells += try Coverage(study, alpha: alpha, halfWidth: halfWidth).cells(seeds: coverageSeeds)
      note("coverage of \(study.rawValue), alpha = \(alpha)\(halfWidth.map { ", half-width \($0)" } ?? "")")
    }
  }
  let level = familyLevel / Double(cells.count)
  let rejected = cells.filter { $0.pValue(of: allowed) < level }
  let mean = cells.reduce(0) { $0 + $1.frequency } / Double(cells.count)
  failures += rejected.map { "coverage of \($0.study.rawValue), alpha = \($0.alpha)" }
  if !allowedMean.contains(mean) { failures.append("mean coverage \(mean)") }
  let range = "\(number(100 * allowed.lowerBound, 0)) and \(number(100 * allowed.upperBound, 0)) %"
  return table(
    ["study", "α", "p", "coverage", "levels left out in", "replicas"]
      + (halfWidth == nil ? [] : ["ended at the most"]),
    cells.map { cell in
      [
        cell.study.rawValue, "\(cell.alpha)", cell.p.map { number($0, 2) } ?? "median",
        number(100 * cell.frequency, 1) + " %", number(100 * Double(cell.selected) / Double(cell.seeds), 1) + " %",
        number(cell.replicas, 0),
      ] + (halfWidth == nil ? [] : ["\(cell.ended)"])
    }) + """

      \(cells.count) cells of \(coverageSeeds) seeds. Rejected at level \(familyLevel)/\(cells.count) as covering between \
      \(range): \(rejected.count)\(rejected.isEmpty ? "" : ", " + rejected.map { "\($0.study.rawValue) α = \($0.alpha)" }.joined(separator: "; ")). \
      Mean over the cells: \(number(100 * mean, 2)) %.

      """
}

// MARK: - The document

let start = ContinuousClock.now
let fixed = try coverage(halfWidth: nil, allowed: 0.93...0.97, mean: 0.94...0.96)
let stopped = try coverage(halfWidth: 0.1, allowed: 0.92...0.98, mean: 0.92...0.98)

let uniform = try Uniformity.pValues(seeds: uniformitySeeds)
note("p-values of \(uniform.count) claims over \(uniformitySeeds) seeds")
let rejectedClaims = uniform.filter { $0.pValue < familyLevel / Double(uniform.count) }

let powers = try Power.ofClaims(seeds: powerSeeds)
let largestFailure = familyLevel / Double(powers.count)
failures += rejectedClaims.map { "p-values of \($0.claim)" }
failures += powers.filter { $0.failure > largestFailure || $0.failureOfQuick ?? 0 > largestFailure }.map {
  "power of \($0.claim.name)"
}
note("power of \(powers.count) claims over \(powerSeeds) seeds")
func exponent(_ value: Double) -> String { String(format: "%.0e", value) }
let power =
  table(
    ["claim", "theory ± margin", "mean", "standard error", "failing, full", "failing, quick"],
    powers.map { power in
      guard case .equivalence(let theory, let margin) = power.claim.test else { fatalError() }
      return [
        "`\(power.claim.name)`", "\(number(theory, 3)) ± \(number(margin, 3))", number(power.mean, 4),
        number(power.standardError, 4), exponent(power.failure), power.failureOfQuick.map(exponent) ?? "",
      ]
    }) + """

    The largest probability in the full suite is \(exponent(powers.map(\.failure).max()!)), and they add up to \
    \(exponent(powers.reduce(0) { $0 + $1.failure })); in the quick suite \
    \(exponent(powers.compactMap(\.failureOfQuick).max()!)) and \
    \(exponent(powers.reduce(0) { $0 + ($1.failureOfQuick ?? 0) })).

    """

let faults = try Fault.allCases.map { fault -> [String] in
  let claim = fault.claim
  func result(_ fault: Fault?) throws -> ClaimResult {
    try Verification(quick: true, filter: claim).run(on: NaiveSimulator(fault: fault)).first { $0.claim.name == claim }!
  }
  let (found, right) = (try result(fault), try result(nil))
  note(fault.rawValue)
  if found.verdict != .violated || right.verdict != .agrees { failures.append("\(claim) on \(fault.rawValue)") }
  let evidence =
    found.pValue.map { $0 < 1e-99 ? "p-value below 1e-99" : "p-value " + String(format: "%.0e", $0) }
    ?? "measured \(found.measured.map { number($0, 3) } ?? "-")"
  return [fault.rawValue, "`\(claim)`", evidence, found.verdict.rawValue, right.verdict.rawValue]
}

print(
  """
  # Validation

  How far the intervals of slopes and the verdicts of `mckean verify` can be trusted: what is claimed, how it is tested, how
  often a right scheme fails and which wrong ones are found. `make calibrate` writes this file, every number included, in
  \(number((ContinuousClock.now - start) / .seconds(60), 0)) minutes; `Tests/Calibration` is what it runs. Derivations:
  [theory.md](theory.md), sections 8, 9 and 17.

  ## 1 Coverage of slopes

  How often the 95 % interval of a slope holds the truth. Small versions of three built-in experiments: six levels of n from 8 to 256, or
  five of 8 to 128 steps; \(Coverage.replicas) replicas, so that each of the 16 groups has four. The truth is the same fit, over the levels that the
  run's own fit has kept, to the exact errors of Ornstein–Uhlenbeck, and for the sine system to the errors of a run with 1000
  times the replicas. p = 0.5, 0.9 α/2, 0.75 α, where moments of order 2p are infinite for errors with tail index α, and the
  median. The fits leave out coarse levels that bend: "levels left out in" says how often.

  \(fixed)
  ## 2 Coverage of runs that stop by themselves

  The same, with replicas added until every slope's half-width is at most 0.1 (`half-width = 0.1`), from \(Coverage.replicas) to
  at most 64 times as many; the last column says how many runs ended there.

  \(stopped)
  ## 3 p-values of exact laws

  The p-values of the exact-law claims of `mckean verify --quick` over \(uniformitySeeds) seeds are uniform, so that a claim at
  level 1e-3 divided by their number fails so often: Kolmogorov and Smirnov's test, rejected at \(familyLevel)/\(uniform.count) for
  \(rejectedClaims.count) of \(uniform.count) claims.

  \(table(["claim", "p-value of uniformity", "smallest of \(uniformitySeeds)"], uniform.map { ["`\($0.claim)`", number($0.pValue, 3), String(format: "%.2g", $0.smallest)] }))
  ## 4 Power of the equivalence claims

  The interval of level 1e-3 divided by the number of claims must lie within the margin, so a wrong number passes with at most
  that nominal probability. How often a right one fails follows from the mean and the standard error of what is measured, here
  over \(powerSeeds) seeds: P(|δ + Z| + q S > M) with the distance δ of the mean from theory and the margin M in standard
  errors, Z normal, S² = χ²_f/f, q Student's quantile (theory.md, section 17.2). The standard error is the upper end of its
  95 % interval over the seeds. The claim of every number is at most \(exponent(largestFailure)), 1e-3 over their number.

  \(power)
  ## 5 Wrong schemes

  Each wrong scheme is a few lines of `Tests/Calibration/NaiveSimulator.swift`. The claim named here finds it, and the same
  simulator without the fault passes it with the same seed.

  \(table(["what is wrong", "found by", "evidence", "verdict", "without the fault"], faults))
  """, terminator: "")
for failure in failures { note("not as claimed: \(failure)") }
exit(failures.isEmpty ? 0 : 1)
