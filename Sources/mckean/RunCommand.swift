import ArgumentParser
import Foundation
import McKeanVlasov
import Synchronization

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs an experiment and writes its CSV files, its manifest and a table of rates.")

  @Argument(help: ArgumentHelp("A built-in experiment (mckean list), or a file.", valueName: "NAME|FILE.toml"))
  var experiment: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Replaces one key of the file; may be given several times.", valueName: "table.key=value"))
  var overrides: [String] = []

  @Option(help: ArgumentHelp("Where to write; it must not exist yet. Default: out/NAME.", valueName: "DIR"))
  var out: String?

  @Flag(help: "Replaces the run that is in the output directory.")
  var force = false

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The seed, in place of the file's.", valueName: "S"),
    transform: wholeNumber(in: 0...Int(UInt32.max)))
  var seed: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads; results do not depend on it. Default: the number of cores.", valueName: "T"),
    transform: wholeNumber(in: 1...1024))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Prints the resolved experiment and what it takes, and writes nothing.")
  var dryRun = false

  @Flag(help: "No progress on standard error.")
  var quiet = false

  func validate() throws {
    guard out != "" else { throw ValidationError("--out: found \"\"; allowed: the name of a directory.") }
  }

  func run() throws {
    try reportingErrors {
      let overrides = overrides + (seed.map { ["study.seed=\($0)"] } ?? [])
      let experiment = try Experiment(named: experiment, overrides: overrides)
      if dryRun {
        print(experiment.summary(threads: threads), terminator: "")
        return
      }
      let run = try ExperimentRun(
        experiment, directory: out ?? "out/\(experiment.name)", force: force, threads: threads)
      let results = try run.run(progress: quiet ? nil : ProgressBar.start(total: run.totalReplicas))
      StandardError.clearBar()
      print(RateReport(results, surfaces: run.surfaces, stopping: experiment.stopping).text, terminator: "")
      print(CompressionReport(run.summaries).text, terminator: "")
      print(ObservableReport(run.lastObservables).text, terminator: "")
      for (label, study, result) in run.expectations {
        print(ExpectationReport(label, study, result).text, terminator: "")
      }
      print("written to \(run.directory)")
    }
  }
}

/// Reads a whole number of a range from the command line.
func wholeNumber(in range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
  { text in
    guard let number = Int(text), range.contains(number) else {
      throw ValidationError("allowed: a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }
}

extension Experiment {
  /// The resolved experiment in TOML, and what it takes.
  fileprivate func summary(threads: Int) -> String {
    var text = ""
    for table in ["data", "model", "noise", "time", "study"] {
      guard case .table(let values)? = resolved[table] else { continue }
      text += "[\(table)]\n" + Self.lines(values) + "\n"
    }
    if case .list(let claims)? = resolved["claim"] {
      for case .table(let values) in claims { text += "[[claim]]\n" + Self.lines(values) + "\n" }
    }
    let cost = cost(threads: threads)
    let what =
      kind == .expectation
      ? "the convergence test alone: " : stopping == nil ? "" : "the first batch of replicas alone: "
    return text + "# \(combinations.count) combination(s), \(what)\(cost.draws.formatted()) draws, "
      + "\(cost.particleSteps.formatted()) particle steps, \((cost.bytes >> 20) + 1) MiB of states on \(threads) thread(s)\n"
  }

  private static func lines(_ values: [String: ExperimentValue]) -> String {
    values.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.toml)\n" }.joined()
  }
}

/// Replicas done, and the time that is left: a bar on a terminal, plain lines otherwise.
enum ProgressBar {
  static func start(total: Int) -> ReplicaProgress {
    let start = ContinuousClock.now
    let lastShown = Mutex((time: start, tenths: 0))
    return ReplicaProgress(total: total) { done, total, interval in
      let now = ContinuousClock.now
      let elapsed = (now - start) / .seconds(1)
      let left = elapsed / Double(done) * Double(total - done)
      let tenths = 10 * done / total
      var state = "\(done) of \(total) replicas, \(format(elapsed)) passed, \(format(left)) left"
      if let interval { state += String(format: ", ±%.2g of ±%g", interval.halfWidth, interval.target) }
      lastShown.withLock {
        if StandardError.isTerminal {
          guard now - $0.time > .milliseconds(100) || done == total else { return }
          let filled = 30 * done / total
          let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
          StandardError.bar("[\(bar)] \(state)")
        } else {
          // the total of an expectation grows, or with a stopping rule, and the tenths go back
          guard tenths != $0.tenths else { return }
          StandardError.line(state)
        }
        $0 = (now, tenths)
      }
    }
  }

  private static func format(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }
}
