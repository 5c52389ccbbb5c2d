import ArgumentParser
import Foundation
import McKeanVlasov

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Runs the convergence test suite; exit 1 if a claim is violated or inconclusive.")

  @Flag(help: "The claims that take less than a minute together.")
  var quick = false

  @Option(help: ArgumentHelp("Only the claims whose name holds this text.", valueName: "TEXT"))
  var filter: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The seed of all claims. Default: 1.", valueName: "S"),
    transform: wholeNumber(in: 0...Int(UInt32.max)))
  var seed = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads; results do not depend on it. Default: the number of cores.", valueName: "T"),
    transform: wholeNumber(in: 1...1024))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: ArgumentHelp("Where to write claims.csv; replaced there. Default: out/verify.", valueName: "DIR"))
  var out = "out/verify"

  func validate() throws {
    guard out != "" else { throw ValidationError("--out: found \"\"; allowed: the name of a directory.") }
  }

  func run() throws {
    try reportingErrors {
      let verification = try Verification(quick: quick, filter: filter)
      let total = verification.claims.count
      let file = try ClaimFile(directory: out)
      var done = 0
      let start = ContinuousClock.now
      let results = try verification.run(seed: UInt32(seed), threads: threads) { result in
        try file.append(result)
        done += 1
        let state = "\(done) of \(total) claims, \(result.claim.name): \(result.verdict.rawValue)"
        if StandardError.isTerminal { StandardError.bar(state) } else { StandardError.line(state) }
      }
      StandardError.clearBar()
      let report = VerificationReport(
        results, seconds: (ContinuousClock.now - start) / .seconds(1), quick: quick, seed: UInt32(seed))
      print(report.text, terminator: "")
      print("written to \(file.path)")
      guard report.holds else { throw ExitCode(1) }
    }
  }
}
