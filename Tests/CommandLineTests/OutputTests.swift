import Foundation
import Testing

/// The files of a run: their names, columns, order of rows and numbers.
struct OutputTests {
  /// Two lists, two moments: four combinations, in the order in which the file has them.
  private static let several = Sample.chaos
    .replacing("coupling = 1.0", with: "coupling = [2.0, 1.0]").replacing("alpha = 1.5", with: "alpha = [1.8, 1.2]")
    .replacing("replicas = 8", with: "replicas = 9\np = [0.5, 0.3]")

  private static func run(_ text: String, _ arguments: String...) throws -> Mckean {
    let mckean = try Mckean()
    try mckean.write(text, to: "mine.toml")
    let answer = try mckean.run(["run", "mine.toml", "--quiet", "--out", "o"] + arguments)
    #expect(answer.exitCode == 0, "\(answer.error)")
    return mckean
  }

  @Test func columnsStandAsDocumented() throws {
    let mckean = try Self.run(Sample.chaos)
    #expect(
      try mckean.table("o/curve.csv").header
        == "study,model,law,shape,alpha,scale,setting,metric,p,n,steps,dt,replicas,nonfinite,value,ci_low,ci_high,estimator"
    )
    #expect(
      try mckean.table("o/rates.csv").header
        == "study,model,law,shape,alpha,scale,setting,metric,p,variable,slope,ci_low,ci_high,constant,fit_from,fit_to,"
        + "curvature_p,theory,alternative,margin,claim,verdict,source")
    #expect(
      try mckean.table("o/slopes.csv").header
        == "study,model,law,shape,alpha,scale,setting,metric,p,variable,from,to,slope,ci_low,ci_high")
    #expect(
      try mckean.table("o/tails.csv").header
        == "study,model,law,shape,alpha,scale,setting,metric,variable,n,steps,errors,hill,hill_low,hill_high,"
        + "characteristic_function,cf_low,cf_high,heavy,theory")
    #expect(try mckean.table("o/replicas.csv").header == "replica,law,shape,alpha,scale,setting,metric,p,n,steps,value")
    #expect(
      mckean.files(in: "o") == ["curve.csv", "manifest.json", "rates.csv", "replicas.csv", "slopes.csv", "tails.csv"])
  }

  /// Every row of the first part with every row of the second, and so on; the first varies slowest.
  private static func product(_ parts: [[String]]...) -> [[String]] {
    parts.reduce([[]]) { rows, part in rows.flatMap { row in part.map { row + $0 } } }
  }

  @Test func rowsStandInTheOrderOfTheFile() throws {
    let mckean = try Self.run(Self.several)
    let settings = [["coupling=2.0"], ["coupling=1.0"]], alphas = [["1.8"], ["1.2"]]
    let combinations = Self.product(settings, alphas)
    let curves = [
      ["terminal", "0.5"], ["terminal", "0.3"], ["grid-sup", "0.5"], ["grid-sup", "0.3"], ["particle-max", "0.5"],
      ["particle-max", "0.3"], ["terminal-median", ""], ["grid-sup-median", ""],
    ]
    let levels = [["2", "8"], ["4", "8"]]
    let replicas = (0..<9).map { ["\($0)"] }
    let curveTable = try mckean.table("o/curve.csv"), rateTable = try mckean.table("o/rates.csv")
    let replicaTable = try mckean.table("o/replicas.csv")
    #expect(
      curveTable.values("setting", "alpha", "metric", "p", "n", "steps") == Self.product(combinations, curves, levels))
    #expect(rateTable.values("setting", "alpha", "metric", "p") == Self.product(combinations, curves))
    #expect(
      replicaTable.values("setting", "alpha", "replica", "metric", "p", "n", "steps")
        == Self.product(combinations, replicas, curves, levels))
    for table in [curveTable, rateTable] {
      let names = Set(table.values("study", "model", "law", "shape", "scale"))
      #expect(names == [["chaos", "ornstein-uhlenbeck", "stable", "independent", "1"]])
    }
    // [noise] before [model]: then alpha varies slowest.
    let noise = "[noise]\nlaw = \"stable\"\nalpha = [1.8, 1.2]\n"
    let turned = try Self.run(noise + Self.several.replacing(noise, with: ""))
    #expect(
      try turned.table("o/rates.csv").values("alpha", "setting", "metric", "p")
        == Self.product(alphas, settings, curves))
  }

  /// The table for people and its orders, from the rows of compression.csv.
  @Test func compressibilityStudy() throws {
    let mckean = try Mckean()
    let text = BadInput.compressibilitySample
      .replacing("law = \"stable\"", with: "law = [\"none\", \"stable\", \"brownian\"]")
      .replacing("alpha = 1.5", with: "alpha = [1.8, 1.3]\nscale = [0.5, 0.25]\nshape = [\"shared\", \"isotropic\"]")
      .replacing("particles = [4, 8]", with: "particles = [40, 80]\nthreshold = [0.1, 0.3]")
      .replacing("replicas = 2", with: "replicas = 6")
    try mckean.write(text, to: "mine.toml")
    let answer = try mckean.run(["run", "mine.toml", "--quiet", "--out", "o"])
    #expect(answer.exitCode == 0, "\(answer.error)")
    let rows = try mckean.table("o/compression.csv").rows
    var expected: [String] = []
    for (n, shape) in [("40", "shared"), ("40", "isotropic"), ("80", "shared"), ("80", "isotropic")] {
      for scale in ["0.5", "0.25"] {
        for threshold in ["0.1", "0.3"] {
          func ordered(_ column: String) -> Int {
            (0..<6).count { replica in
              func fraction(_ alpha: String?) -> Double {
                let row = rows.first {
                  $0["n"] == n && $0["replica"] == "\(replica)" && $0["threshold"] == threshold
                    && (alpha == nil
                      ? $0["law"] == "none"
                      : $0["alpha"] == alpha && $0["scale"] == scale && $0["shape"] == shape)
                }
                return Double(row![column]!)!
              }
              return fraction("1.3") > fraction("1.8") && fraction("1.8") > fraction(nil)
            }
          }
          expected.append(
            "n = \(n), \(shape), scale = \(scale), threshold \(threshold): 1.3 > 1.8 > none in "
              + "\(ordered("pruned_fraction")) of 6 replicas, of the control in \(ordered("baseline_pruned_fraction"))")
        }
      }
    }
    let orders = answer.output.split(separator: "\n").filter { $0.hasPrefix("n = ") }.map(String.init)
    #expect(orders.sorted() == expected.sorted())
    let summaries = try mckean.table("o/compression-summary.csv").rows
    #expect(summaries.count == 13 * 2 * 2)
    for summary in summaries {
      func median(_ column: String) -> String {
        let own = rows.filter { row in
          ["n", "law", "shape", "alpha", "scale", "threshold"].allSatisfy { row[$0] == summary[$0] }
        }
        let sorted = own.map { Double($0[column]!) ?? -1 }.sorted()
        return sorted[0] < 0 ? "" : "\((sorted[2] + sorted[3]) / 2)"
      }
      for (column, name) in [
        ("pruned_fraction", "pruned_fraction_median"), ("baseline_pruned_fraction", "baseline_pruned_fraction_median"),
        ("noise_pruned_fraction", "noise_pruned_fraction_median"),
        ("train_accuracy_after", "train_accuracy_after_median"),
      ] { #expect(Double(summary[name]!) == Double(median(column)), "\(name)") }
    }
  }

  /// A joint study: three curves for each metric and moment, of which two have rates; what is printed of the surface follows
  /// from the files.
  @Test func jointStudy() throws {
    let mckean = try Mckean()
    try mckean.write(Sample.joint.replacing("replicas = 8", with: "replicas = 512\np = [0.5, 0.3]"), to: "mine.toml")
    let answer = try mckean.run(["run", "mine.toml", "--quiet", "--out", "o"])
    #expect(answer.exitCode == 0, "\(answer.error)")
    #expect(
      mckean.files(in: "o") == [
        "curve.csv", "manifest.json", "rates.csv", "replicas.csv", "slopes.csv", "surface.csv", "tails.csv",
      ])
    let curves = [["terminal", "0.5"], ["terminal", "0.3"], ["grid-sup", "0.5"], ["grid-sup", "0.3"]]
    let curve = try mckean.table("o/curve.csv"), surface = try mckean.table("o/surface.csv")
    let rates = try mckean.table("o/rates.csv")
    #expect(rates.values("study", "metric", "p", "variable") == Self.product([["joint"]], curves, [["n"], ["dt"]]))
    #expect(
      try mckean.table("o/slopes.csv").values("study", "metric", "p", "variable", "from", "to")
        == Self.product([["joint"]], curves, [["n", "2", "4"], ["dt", "0.25", "0.125"]]))
    let parts = [["2", "16"], ["4", "16"], ["8", "4"], ["8", "8"]]
    #expect(curve.values("study", "metric", "p", "n", "steps") == Self.product([["joint"]], curves, parts))
    #expect(
      surface.values("study", "metric", "p", "n", "steps")
        == Self.product([["joint"]], curves, [["2"], ["4"]], [["4"], ["8"]]))

    for name in curves {
      let condition = ["metric": name[0], "p": name[1]]
      func value(_ table: Table, _ conditions: [String: String]) -> Double {
        Double(table.rows(where: condition.merging(conditions) { $1 })[0]["value"]!)!
      }
      let shares = surface.rows(where: condition).map {
        Double($0["value"]!)!
          / (value(curve, ["n": $0["n"]!, "steps": "16"]) + value(curve, ["n": "8", "steps": $0["steps"]!]))
      }
      let (n, dt) = (rates.rows(where: condition)[0], rates.rows(where: condition)[1])
      func number(_ row: [String: String], _ column: String) -> Double { Double(row[column]!)! }
      let prefix = "\(name[0]), p = \(name[1]): shares "
      let line = try #require(answer.output.split(separator: "\n").first { $0.contains(prefix) })
      let words = line.replacing(",", with: "").replacing("n^", with: "").split(separator: " ")
      let shown = Array(words.compactMap { Double($0) }.suffix(4))
      try #require(shown.count == 4, "\(line)")
      #expect(abs(shown[0] - shares.min()!) <= 0.005 && abs(shown[1] - shares.max()!) <= 0.005, "\(line)")
      // C_n n^s = C_dt dt^t at the step that is shown, for any n
      for particles in [2.0, 1000] {
        let step = shown[2] * pow(particles, shown[3])
        let ofN = number(n, "constant") * pow(particles, number(n, "slope"))
        let ofStep = number(dt, "constant") * pow(step, number(dt, "slope"))
        #expect(abs(ofN / ofStep - 1) < 0.02, "\(line)")
      }
    }
  }

  /// `curve.csv` and the slopes follow from `replicas.csv` by the documented formulas.
  @Test(arguments: ["n", "dt"])
  func estimatesAndSlopesFollowFromTheReplicas(variable: String) throws {
    let mckean = try Self.run((variable == "n" ? Sample.chaos : Sample.strong) + "p = [0.5, 0.7]\n")
    let curve = try mckean.table("o/curve.csv"), replicas = try mckean.table("o/replicas.csv")
    func samples(_ row: [String: String], group: Int? = nil) -> [Double] {
      let conditions = row.filter { ["metric", "p", "n", "steps"].contains($0.key) }
      return replicas.rows(where: conditions).filter { group == nil || Int($0["replica"]!)! % 4 == group }
        .map { Double($0["value"]!)! }
    }
    func statistic(_ samples: [Double], p: Double?) -> Double {
      guard let p else {
        let sorted = samples.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
      }
      return pow(samples.reduce(0, +) / Double(samples.count), 1 / p)
    }
    #expect(curve.rows.count == (variable == "n" ? 8 : 13) * 2)
    for row in curve.rows {
      let all = samples(row)
      #expect(all.count == 8)
      #expect(row["study"] == (variable == "n" ? "chaos" : "strong"))
      #expect(row["replicas"] == "8" && row["nonfinite"] == "0")
      #expect(Double(row["dt"]!)! == 1 / Double(row["steps"]!)!)
      #expect(row["estimator"] == (row["p"] == "" ? "median" : "mean"))
      let value = Double(row["value"]!)!
      #expect(abs(value / statistic(all, p: Double(row["p"]!)) - 1) < 1e-12)
      #expect(Double(row["ci_low"]!)! < value && value < Double(row["ci_high"]!)!)
    }
    let slopesOfLevels = try mckean.table("o/slopes.csv")
    for rate in try mckean.table("o/rates.csv").rows {
      #expect(rate["variable"] == variable)
      let levels = curve.rows(where: rate.filter { ["metric", "p"].contains($0.key) })
      let x = levels.map { log(Double($0[variable]!)!) }
      #expect(rate["fit_from"] == levels.first![variable] && rate["fit_to"] == levels.last![variable])
      // Eight replicas make four groups; two levels make the least-squares line the one through both.
      let slopes = (0..<4).map { group in
        let y = levels.map { log(statistic(samples($0, group: group), p: Double($0["p"]!))) }
        return (y[1] - y[0]) / (x[1] - x[0])
      }
      let mean = slopes.reduce(0, +) / 4
      let error = (slopes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3 / 4).squareRoot()
      #expect(abs(Double(rate["slope"]!)! - mean) < 1e-10)
      // 3.1824… is Student's 97.5 % quantile at 3 degrees of freedom.
      #expect(abs(Double(rate["ci_high"]!)! - (mean + 3.182446305284263 * error)) < 1e-8)
      #expect(abs(Double(rate["ci_low"]!)! - (mean - 3.182446305284263 * error)) < 1e-8)
      // and the slope from the one level to the other is that of the line
      let local = try #require(slopesOfLevels.rows(where: rate.filter { ["metric", "p"].contains($0.key) }).first)
      #expect(local["from"] == rate["fit_from"] && local["to"] == rate["fit_to"])
      for column in ["slope", "ci_low", "ci_high"] {
        #expect(abs(Double(local[column]!)! - Double(rate[column]!)!) < 1e-10)
      }
    }
  }

  /// Steps as long as the particles' relaxation have an error of another rate. The slope is that of the levels without
  /// them, and a note says so; a run on these levels alone has the same slope and no note.
  @Test func coarsestLevelsThatBendAreLeftOut() throws {
    let note = "and are left out of the fit of "
    func run(from first: Int) throws -> (mckean: Mckean, output: String) {
      let mckean = try Mckean()
      try mckean.write(
        Sample.strong.replacing("replicas = 8", with: "replicas = 512")
          .replacing("[4, 8, 16]", with: "{ from = \(first), to = 128 }"), to: "mine.toml")
      let answer = try mckean.run(["run", "mine.toml", "--quiet", "--out", "o"])
      #expect(answer.exitCode == 0, "\(answer.error)")
      return (mckean, answer.output)
    }
    let whole = try run(from: 2)
    #expect(whole.output.contains(note))
    let rate = try #require(try whole.mckean.table("o/rates.csv").rows(where: ["metric": "terminal"]).first)
    let from = try #require(Double(rate["fit_from"]!))
    #expect(from < 0.5 && from >= 1 / 16 && rate["fit_to"] == "0.0078125")
    #expect(try whole.mckean.table("o/slopes.csv").rows(where: ["metric": "terminal"]).count == 6)
    let part = try run(from: Int(1 / from))
    #expect(try part.mckean.table("o/rates.csv").rows(where: ["metric": "terminal"]) == [rate])
    let four = try run(from: 16)
    #expect(!four.output.contains(note))
  }

  /// A run that has come to its half-width, one that has come to a limit, and what a dry run knows beforehand.
  @Test func replicasAreAddedUntilTheSlopesAreSure() throws {
    let text = Sample.chaos.replacing("[2, 4, 8]", with: "{ from = 2, to = 16 }")
      .replacing("replicas = 8", with: "replicas = 32\nhalf-width = 0.1")
    let mckean = try Mckean()
    try mckean.write(text, to: "mine.toml")
    func run(_ directory: String, _ settings: String...) throws -> (
      answer: Mckean.Answer, replicas: Int, widest: Double
    ) {
      let answer = try mckean.run(["run", "mine.toml", "--out", directory] + settings.flatMap { ["--set", $0] })
      #expect(answer.exitCode == 0, "\(answer.error)")
      let widths = try mckean.table(directory + "/rates.csv").rows.map {
        Double($0["ci_high"]!)! - Double($0["ci_low"]!)!
      }
      let replicas = try mckean.table(directory + "/curve.csv").rows.map { Int($0["replicas"]!)! }
      #expect(Set(replicas).count == 1)
      return (answer, replicas[0], widths.max()! / 2)
    }
    let reached = try run("reached")
    #expect(reached.widest <= 0.1 && reached.replicas > 32 && reached.replicas < 2048)
    #expect(!reached.answer.output.contains("is reached") && reached.answer.error.contains(" of ±0.1\n"))
    let outcome = String(format: "half-width %.2g after %d replicas.\n", reached.widest, reached.replicas)
    #expect(reached.answer.output.contains("note: alpha=1.5 independent scale=1.0: " + outcome))
    // The numbers are those of a run with as many replicas from the start.
    let fixed = try Mckean()
    try fixed.write(text.replacing("\nhalf-width = 0.1", with: ""), to: "mine.toml")
    let answer = try fixed("run", "mine.toml", "--quiet", "--out", "o", "--set", "study.replicas=\(reached.replicas)")
    #expect(answer.exitCode == 0 && !answer.error.contains("±"))
    for file in ["curve.csv", "rates.csv", "slopes.csv", "replicas.csv"] {
      #expect(try fixed.bytes("o/" + file) == mckean.bytes("reached/" + file))
    }
    let limited = try run("limited", "study.max-replicas=40")
    #expect(limited.replicas == 40 && limited.widest > 0.1)
    let note = String(format: "half-width %.2g after 40 replicas, not 0.1: max-replicas is reached.\n", limited.widest)
    #expect(limited.answer.output.contains("note: alpha=1.5 independent scale=1.0: " + note))
    let hurried = try run("hurried", "study.half-width=1e-9", "study.max-time=1e-9")
    #expect(hurried.replicas == 32 && hurried.answer.output.contains(": max-time is reached.\n"))
    let dry = try mckean("run", "mine.toml", "--dry-run")
    #expect(dry.output.contains("half-width = 0.1") && dry.output.contains("max-replicas = 2048"))
    #expect(dry.output.contains("the first batch of replicas alone: "))
  }

  /// A tail index of 1.5: from p = 0.75 on the value has no interval, but the slope has.
  @Test func aValueWithoutAnIntervalSaysSo() throws {
    let mckean = try Self.run(Sample.chaos + "p = [0.7, 0.8]\n")
    let rows = try mckean.table("o/curve.csv").rows(where: ["metric": "terminal"])
    #expect(rows.map { $0["estimator"] } == ["mean", "mean", "mean-no-interval", "mean-no-interval"])
    #expect(rows.map { $0["ci_low"] == "" } == [false, false, true, true])
    #expect(try mckean.table("o/rates.csv").rows.allSatisfy { $0["ci_low"] != "" })
  }

  /// Once a run, with the slopes that are in the file; not where every value has an interval.
  @Test func aHeavyMomentIsNotedWithTheMedianBesideIt() throws {
    let text = Sample.chaos.replacing("replicas = 8", with: "replicas = 64").replacing("1.5", with: "[1.8, 1.5]")
    let mckean = try Mckean()
    try mckean.write(text + "p = [0.5, 0.8]\n", to: "mine.toml")
    let answer = try mckean("run", "mine.toml", "--quiet", "--out", "o")
    #expect(answer.exitCode == 0, "\(answer.error)")
    let notes = answer.output.split(separator: "\n").filter { $0.contains("values have no interval") }
    try #require(notes.count == 1, "\(answer.output)")
    // three metrics at p = 0.8, of the second alpha alone
    #expect(
      notes[0].hasPrefix(
        "note: p is at least half of the error's tail index in 3 curves, first terminal at p = 0.8 (alpha=1.5 "
          + "independent scale=1.0; tail index 1.5): "))
    let rates = try mckean.table("o/rates.csv")
    func number(_ metric: String, _ p: String, _ column: String) -> Double {
      Double(rates.rows(where: ["alpha": "1.5", "metric": metric, "p": p])[0][column]!)!
    }
    func halfWidth(_ metric: String, _ p: String) -> Double {
      (number(metric, p, "ci_high") - number(metric, p, "ci_low")) / 2
    }
    for (metric, p) in [("terminal", "0.8"), ("terminal-median", "")] {
      let slope = String(format: "%.3f ± %.3f", number(metric, p, "slope"), halfWidth(metric, p))
      #expect(notes[0].contains(slope), "\(notes[0]): \(slope)")
    }
    let factor = pow(halfWidth("terminal", "0.8") / halfWidth("terminal-median", ""), 2).rounded()
    #expect(notes[0].contains("times the replicas") == (factor > 1), "\(notes[0])")

    try mckean.write(text + "p = [0.5, 0.7]\n", to: "light.toml")
    let light = try mckean("run", "light.toml", "--quiet", "--out", "light").output
    #expect(light.contains("terminal-median") && !light.contains("values have no interval"))
  }

  /// A joint study has no median to set beside it.
  @Test func aHeavyMomentOfAJointStudyIsNotedAlone() throws {
    let (output, _) = try Self.report(Sample.joint + "p = [1.2]\n")
    let notes = output.split(separator: "\n").filter { $0.contains("values have no interval") }
    #expect(
      notes.count == 1 && notes[0].contains("The slope of terminal is ") && !notes[0].contains("median"), "\(output)")
  }

  // MARK: - Tails

  /// A row for each error and variable, with its number of errors: one a replica in n and of laws, in the step those of the
  /// particles. Fewer than 2048 have no index.
  @Test func tailsStandInTheirOrder() throws {
    func rows(_ text: String) throws -> [[String]] {
      try Self.run(text + "p = [0.5, 0.3]\n").table("o/tails.csv")
        .values("study", "metric", "variable", "n", "steps", "errors", "hill", "cf_low", "heavy", "theory")
    }
    let none = ["", "", ""]
    #expect(
      try rows(Sample.chaos) == ["terminal", "grid-sup"].map { ["chaos", $0, "n", "4", "8", "8"] + none + ["1.5"] })
    #expect(
      try rows(Sample.strong)
        == ["terminal", "grid-sup", "off-grid", "path-sup"]
        .map { ["strong", $0, "dt", "4", "8", "32"] + none + ["1.5"] })
    #expect(
      try rows(Sample.joint)
        == ["terminal", "grid-sup"].flatMap { metric in
          [["joint", metric, "n", "4", "16", "8"], ["joint", metric, "dt", "8", "8", "64"]].map { $0 + none + ["1.5"] }
        })
    #expect(
      try rows(Sample.law)
        == [("kolmogorov", ""), ("characteristic-function", ""), ("wasserstein-1", "1.5")]
        .map { ["law", $0, "n", "8", "8", "8"] + none + [$1] })
  }

  /// The error in n of Ornstein-Uhlenbeck particles is a stable variable; that of particles which feel a mean of sines has
  /// all moments, on the same noise.
  @Test func tailsOfErrorsAreThoseOfTheory() throws {
    let text = Sample.chaos.replacing("alpha = 1.5", with: "alpha = 1.2")
      .replacing("replicas = 8", with: "replicas = 4096")
    let sine = text.replacing("ornstein-uhlenbeck", with: "sine-interaction").replacing(
      "[2, 4, 8]", with: "[16, 32, 64]")
    for (text, heavy, theory) in [(text, "true", "1.2"), (sine, "false", "")] {
      let rows = try Self.run(text).table("o/tails.csv").rows(where: ["metric": "terminal"])
      try #require(rows.count == 1)
      #expect(rows[0]["errors"] == "4096" && rows[0]["heavy"] == heavy && rows[0]["theory"] == theory, "\(rows[0])")
      for (value, low, high) in [("hill", "hill_low", "hill_high"), ("characteristic_function", "cf_low", "cf_high")] {
        let numbers = [low, value, high].map { Double(rows[0][$0]!)! }
        #expect(numbers == numbers.sorted() && numbers[0] > 0, "\(rows[0])")
      }
    }
  }

  // MARK: - Trajectories

  /// Without noise and interaction every state is (1 - θη)^k of the particle's first one: the axes are as documented.
  @Test func statesHaveReplicasSnapshotsParticlesDimension() throws {
    let mckean = try Self.run(
      Sample.trajectory.replacing("coupling = 1.0", with: "coupling = 0.0\ndimension = 2"), "--set", "noise.scale=0")
    #expect(mckean.files(in: "o") == ["manifest.json", "states.npy", "times.csv"])
    #expect(try mckean.text("o/times.csv") == "time\n0\n1\n2\n")
    let check = try mckean.output(
      of: "/usr/bin/python3", "-c",
      """
      import numpy as np
      x = np.load("o/states.npy")
      factor = (1 - 1.0 * 2.0 / 8) ** np.array([0, 4, 8])
      print(x.shape, x.dtype, np.abs(x / x[:, :1] - factor[:, None, None]).max() < 1e-14, len(np.unique(x[:, 0])))
      """)
    #expect(check == "(2, 3, 5, 2) float64 True 20")
  }

  /// Particle i has the same noise and start in a system of any size.
  @Test func aParticleIsTheSameInEverySystem() throws {
    let mckean = try Mckean()
    try mckean.write(Sample.trajectory.replacing("coupling = 1.0", with: "coupling = [0.0, 1.0]"), to: "ou.toml")
    for particles in ["5", "3000"] {
      let answer = try mckean(
        "run", "ou.toml", "--quiet", "--set", "study.particles=\(particles)", "--out", particles)
      #expect(answer.exitCode == 0, "\(answer.error)")
    }
    let check = try mckean.output(
      of: "/usr/bin/python3", "-c",
      """
      import numpy as np
      for k in (0, 1):
          few, many = np.load(f"5/states-{k}.npy"), np.load(f"3000/states-{k}.npy")
          print(few.shape, many.shape, np.array_equal(few, many[:, :, :5]))
      """)
    // The control: with an interaction the particles feel how many they are.
    #expect(check == "(2, 3, 5, 1) (2, 3, 3000, 1) True\n(2, 3, 5, 1) (2, 3, 3000, 1) False")
  }

  @Test func severalTrajectoriesAreNumberedInATable() throws {
    let mckean = try Self.run(
      Sample.trajectory.replacing("theta = 1.0", with: "theta = [1.0, 2.0]").replacing("1.5", with: "[1.8, 1.2]"))
    #expect(
      mckean.files(in: "o") == ["combinations.csv", "manifest.json"] + (0..<4).map { "states-\($0).npy" } + [
        "times.csv"
      ])
    #expect(
      try mckean.text("o/combinations.csv") == """
        index,model,law,shape,alpha,scale,setting
        0,ornstein-uhlenbeck,stable,independent,1.8,1,theta=1.0
        1,ornstein-uhlenbeck,stable,independent,1.2,1,theta=1.0
        2,ornstein-uhlenbeck,stable,independent,1.8,1,theta=2.0
        3,ornstein-uhlenbeck,stable,independent,1.2,1,theta=2.0

        """)
    #expect(Set(try (0..<4).map { try mckean.bytes("o/states-\($0).npy") }).count == 4)
  }

  /// Three outputs of five neurons in two replicas; the hidden weights are the two that take noise.
  @Test func aNetworkHasItsOutputWeights() throws {
    let mckean = try Mckean()
    let study = try #require(Sample.trajectory.split(separator: "[noise]").last)
    try mckean.write(
      Sample.network.split(separator: "[noise]")[0]
        + "output-initial = { law = \"uniform\", low = 2, high = 3 }\n[noise]"
        + study, to: "net.toml")
    try mckean.write(Sample.data, to: "data.csv")
    let answer = try mckean("run", "net.toml", "--quiet", "--out", "o")
    #expect(answer.exitCode == 0, "\(answer.error)")
    #expect(mckean.files(in: "o") == ["manifest.json", "output-weights.npy", "states.npy", "times.csv"])
    let check = try mckean.output(
      of: "/usr/bin/python3", "-c",
      """
      import numpy as np
      x, a = np.load("o/states.npy"), np.load("o/output-weights.npy")
      print(x.shape, a.shape, a.dtype, 2 <= a.min() < a.max() <= 3, len(np.unique(a)))
      """)
    #expect(check == "(2, 3, 5, 2) (2, 5, 3) float64 True 30")
  }

  /// The order parameter and the mean of the states, which need not be there.
  @Test func observablesStandBesideTheStates() throws {
    let lines = "observables = [\"order-parameter\", \"mean\", { name = \"quantile\", order = 0.5 }]\n"
    let mckean = try Self.run(Sample.trajectory.replacing("alpha = 1.5", with: "alpha = [1.8, 1.2]") + lines)
    #expect(
      mckean.files(in: "o") == [
        "combinations.csv", "manifest.json", "observables.csv", "states-0.npy", "states-1.npy", "times.csv",
      ])
    let table = try mckean.table("o/observables.csv")
    #expect(table.header == "study,model,law,shape,alpha,scale,setting,replica,time,observable,value")
    #expect(
      table.values("study", "model", "law", "shape", "alpha", "scale", "setting", "replica", "time", "observable")
        == Self.product(
          [["trajectory", "ornstein-uhlenbeck", "stable", "independent"]], [["1.8"], ["1.2"]], [["1", ""]],
          [["0"], ["1"]], [["0"], ["1"], ["2"]], [["order-parameter"], ["mean"], ["quantile(0.5)"]]))
    let check = try mckean.output(
      of: "/usr/bin/python3", "-c",
      """
      import csv, numpy as np
      values = np.array([float(row["value"]) for row in csv.DictReader(open("o/observables.csv"))]).reshape(2, 2, 3, 3)
      x = np.array([np.load(f"o/states-{k}.npy") for k in (0, 1)])[..., 0]
      expected = np.stack([abs(np.exp(1j * x).mean(-1)), x.mean(-1), np.median(x, -1)], -1)
      print(np.abs(values - expected).max() < 1e-13, len(np.unique(values)))
      """)
    // 36 but for the first snapshots, which are the same for every α
    #expect(check == "True 30")
    let alone = try Self.run(
      Sample.trajectory.replacing("alpha = 1.5", with: "alpha = [1.8, 1.2]") + lines + "states = false\n")
    #expect(alone.files(in: "o") == ["manifest.json", "observables.csv"])
    #expect(try alone.text("o/observables.csv") == mckean.text("o/observables.csv"))
  }

  @Test func aNetworkHasItsLossOverTime() throws {
    let mckean = try Mckean()
    let study = try #require(Sample.trajectory.split(separator: "[noise]").last)
    try mckean.write(
      Sample.network.split(separator: "[noise]")[0] + "[noise]" + study
        + "observables = [\"loss\", \"accuracy\"]\nstates = false\n", to: "net.toml")
    try mckean.write(Sample.data, to: "data.csv")
    let answer = try mckean("run", "net.toml", "--quiet", "--out", "o", "--set", "noise.scale=0")
    #expect(answer.exitCode == 0, "\(answer.error)")
    let rows = try mckean.table("o/observables.csv").rows(where: ["observable": "loss", "replica": "0"])
    let losses = rows.map { Double($0["value"]!)! }
    // gradient descent without noise
    #expect(losses.count == 3 && losses[0] > losses[1] && losses[1] > losses[2] && losses[2] > 0)
    // the table on standard output: the mean over replicas at the horizon
    let all = try mckean.table("o/observables.csv").rows(where: ["observable": "loss", "time": "2"])
    let mean = all.map { Double($0["value"]!)! }.reduce(0, +) / Double(all.count)
    let row = try #require(answer.output.split(separator: "\n").first { $0.contains("  loss ") })
    #expect(all.count == 2 && row.contains("  \(String(format: "%.6g", mean))  "), "\(answer.output)")
    #expect(
      try mckean.table("o/observables.csv").rows(where: ["observable": "accuracy"])
        .allSatisfy { ["0", "1"].contains($0["value"]!) || $0["value"]!.hasPrefix("0.") })
  }

  // MARK: - Expectations

  @Test func expectationsStandInTheirTables() throws {
    let text = Sample.expectation.replacing("particles = 4", with: "particles = [4, 8, 16]")
      .replacing("tolerance = 0.05", with: "tolerance = [0.1, 0.05]\nmethod = [\"multilevel\", \"plain\"]")
      .replacing("alpha = 1.5", with: "alpha = [1.5, 1.2]")
    let mckean = try Self.run(text)
    #expect(mckean.files(in: "o") == ["expectation.csv", "levels.csv", "manifest.json", "rates.csv"])
    let table = try mckean.table("o/expectation.csv")
    #expect(
      table.header
        == "study,model,law,shape,alpha,scale,setting,observable,n,steps,replicas,value,ci_low,ci_high,cost,kurtosis")
    let alphas = [["1.5"], ["1.2"]], observables = [["order-parameter"], ["cosine(2)"]]
    let settings = ["0.1", "0.05"].flatMap { tolerance in
      ["multilevel", "plain"].map { ["method=\($0);tolerance=\(tolerance)"] }
    }
    #expect(
      table.values("alpha", "setting", "observable", "n")
        == Self.product(alphas, settings, observables, [["4"], ["8"]]))
    for row in table.rows {
      let numbers = try ["ci_low", "value", "ci_high"].map { try #require(Double(row[$0]!)) }
      #expect(numbers[0] < numbers[1] && numbers[1] < numbers[2])
      #expect(Int(row["cost"]!)! >= Int(row["replicas"]!)! * Int(row["n"]!)! * 2)
      #expect(Double(row["kurtosis"]!)! > 1)
    }
    let levels = try mckean.table("o/levels.csv")
    #expect(
      levels.header
        == "study,model,law,shape,alpha,scale,setting,tolerance,observable,n,steps,replicas,value,difference,ci_low,"
        + "ci_high,variance,kurtosis,consistency,cost")
    #expect(
      levels.rows(where: ["tolerance": ""]).map { [$0["alpha"]!, $0["n"]!, $0["observable"]!, $0["steps"]!] }
        == Self.product(alphas, [["4"], ["8"]], observables, [["2"], ["4"], ["8"]]))
    #expect(levels.rows(where: ["tolerance": "", "steps": "2"]).allSatisfy { $0["consistency"] == "" })
    #expect(levels.rows(where: ["tolerance": ""]).allSatisfy { $0["replicas"] == "50" })
    #expect(
      try mckean.table("o/rates.csv").values("study", "alpha", "setting", "metric", "p", "variable")
        == Self.product(
          [["expectation"]], alphas,
          observables.map { ["particles=4"] + $0 + ["", "dt"] } + observables.map { ["particles=8"] + $0 + ["", "dt"] }
            + observables.map { [""] + $0 + ["", "n"] }))
  }

  /// An estimate is the sum of its levels' differences, its interval and cost follow from them.
  @Test func anEstimateFollowsFromItsLevels() throws {
    let mckean = try Self.run(Sample.expectation)
    let levels = try mckean.table("o/levels.csv")
    let estimates = try mckean.table("o/expectation.csv").rows
    #expect(estimates.count == 2)
    for estimate in estimates {
      let rows = levels.rows(where: ["tolerance": "0.05", "observable": estimate["observable"]!])
      func numbers(_ column: String) -> [Double] { rows.map { Double($0[column]!)! } }
      func number(_ column: String) -> Double { Double(estimate[column]!)! }
      #expect(abs(numbers("difference").reduce(0, +) - number("value")) < 1e-12)
      #expect(numbers("replicas").reduce(0, +) == number("replicas"))
      #expect(zip(numbers("replicas"), numbers("cost")).reduce(0) { $0 + $1.0 * $1.1 } == number("cost"))
      let variance = zip(numbers("variance"), numbers("replicas")).reduce(0) { $0 + $1.0 / $1.1 }
      // the bias is on top
      #expect(number("ci_high") - number("value") > 1.9599 * variance.squareRoot())
      #expect(rows.last!["steps"] == estimate["steps"])
    }
  }

  @Test func theReportHasTheLevelsBesideTheEstimate() throws {
    let mckean = try Mckean()
    try mckean.write(Sample.expectation, to: "mine.toml")
    let answer = try mckean(
      "run", "mine.toml", "--out", "o", "--set", "study.tolerance=[0.04,0.02]", "--set", "study.replicas=2000")
    #expect(answer.exitCode == 0)
    for part in [
      "expectations of sine-interaction, alpha=1.5 independent scale=1.0", "95 % interval", "replicas of the levels",
      "convergence test, 2000 replicas of each level, 1.6e+05 particle steps",
      "variance  kurtosis  consistency  cost", "weak error ≈ constant · variable^slope", "verdict",
      "note: multilevel: cost ≈ constant · tolerance^-",
    ] { #expect(answer.output.contains(part), "\(part)") }
    // The replicas of the test are known beforehand, the others when they come.
    #expect(answer.errorLines.first?.contains("of 6000 replicas") == true)
    let last = try #require(answer.errorLines.last { $0.contains(" replicas, ") })
    let counts = last.split(separator: " ").compactMap { Int($0) }
    #expect(counts[0] == counts[1] && counts[0] > 6000)
    let dry = try mckean("run", "mine.toml", "--dry-run")
    // 50 replicas of 4 particles: 2 + 4 + 8 fine steps, and 2 + 4 coarse ones beside them
    #expect(dry.output.contains("the convergence test alone: 2,800 draws, 4,000 particle steps"))
  }

  /// The constants and the ends of the fits, against the levels in the other file.
  @Test func aWeakRateIsFittedToTheLevels() throws {
    let mckean = try Self.run(
      Sample.expectation.replacing("particles = 4", with: "particles = [4, 8, 16]")
        .replacing("replicas = 50", with: "replicas = 4000").replacing("[2, 4, 8]", with: "[2, 4, 8, 16]"))
    let levels = try mckean.table("o/levels.csv"), rates = try mckean.table("o/rates.csv")
    let key = ["tolerance": "", "observable": "cosine(2)", "n": "8"]
    let differences = levels.rows(where: key).dropFirst().map { Double($0["difference"]!)! }
    let rate = try #require(
      rates.rows(where: ["metric": "cosine(2)", "variable": "dt", "setting": "particles=8"]).first)
    let x = [2.0, 4, 8].map { -log($0) }, y = differences.map { log(abs($0)) }
    let (meanX, meanY) = (x.reduce(0, +) / 3, y.reduce(0, +) / 3)
    let slope =
      zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
    #expect(abs(Double(rate["slope"]!)! - slope) < 1e-9)
    #expect(abs(log(Double(rate["constant"]!)!) - (meanY - slope * meanX)) < 1e-9)
    #expect(rate["fit_from"] == "0.5" && rate["fit_to"] == "0.125")
    let inN = try #require(rates.rows(where: ["metric": "order-parameter", "variable": "n"]).first)
    #expect(inN["fit_from"] == "4" && inN["fit_to"] == "8")
    #expect(inN["setting"] == "" && Double(inN["constant"]!)! > 0)
  }

  private static func report(_ text: String, _ arguments: String...) throws -> (output: String, error: String) {
    let mckean = try Mckean()
    try mckean.write(text, to: "mine.toml")
    let answer = try mckean.run(["run", "mine.toml", "--quiet", "--out", "o"] + arguments)
    #expect(answer.exitCode == 0, "\(answer.error)")
    return (answer.output, answer.error)
  }

  /// A note where it is due, and none where it is not.
  @Test func anExpectationHasItsNotes() throws {
    // Two levels have one difference, and far too large a bias.
    let short = try Self.report(Sample.expectation.replacing("[2, 4, 8]", with: "[2, 4]")).output
    let unreached = "cosine(2), n = 4, does not reach the tolerance 0.05: the bias at 4 steps is about 0."
    let noSlope = "note: cosine(2) in dt has no slope: there is one difference alone, and a slope takes one level more."
    #expect(short.contains(unreached) && short.contains(noSlope), "\(short)")
    let long = try Self.report(
      Sample.expectation.replacing("[2, 4, 8]", with: "{ from = 4, to = 256 }"), "--set", "study.replicas=2000"
    ).output
    #expect(!long.contains("does not reach") && !long.contains("one difference"))
    #expect(!long.contains("plain"))
    #expect(
      try Self.report(Sample.expectation, "--set", "study.method=plain").output
        .contains("plain: the finest step and the bias are those of the multilevel estimate"))
  }

  /// The coarsest levels of an observable that turns fast are far from asymptotic; those of a slow one are not.
  @Test func levelsThatBendAreNoted() throws {
    let text = Sample.expectation.replacing("sine-interaction", with: "ornstein-uhlenbeck")
      .replacing("coupling = 2.0", with: "coupling = 0.5").replacing("replicas = 50", with: "replicas = 20000")
      .replacing("\"order-parameter\", ", with: "").replacing("[2, 4, 8]", with: "[2, 4, 8, 16]")
      .replacing("particles = 4", with: "particles = 64")
    let fast = try Self.report(text, "--set", "study.tolerance=0.1").output
    #expect(fast.contains("note: cosine(2) in dt: the errors bend (p = "), "\(fast)")
    #expect(fast.contains("so that the levels are not asymptotic yet; the slope is theirs, not yet the order."))
    let slow = try Self.report(
      text.replacing("[2, 4, 8, 16]", with: "[16, 32, 64, 128]"), "--set", "study.tolerance=0.1"
    ).output
    #expect(!slow.contains("errors bend"), "\(slow)")
  }

  /// A bound is told from a rate.
  @Test func aBoundIsToldFromARate() throws {
    let text = Sample.expectation.replacing("sine-interaction", with: "ornstein-uhlenbeck")
      .replacing("particles = 4", with: "particles = [4, 8, 16]")
    let output = try Self.report(
      text, "--set", "study.observables=[\"order-parameter\", {name=\"cosine\", frequency=1}]"
    )
    .output
    let rows = output.split(separator: "\n").filter { $0.hasPrefix("cosine(1)") && $0.contains("  n  ") }
    #expect(rows.count == 1 && rows[0].contains("at most -0.500"), "\(output)")
    let inStep = output.split(separator: "\n").filter { $0.contains("dt, particles=") && !$0.hasPrefix("note") }
    #expect(inStep.count == 4 && inStep.allSatisfy { !$0.contains("at most") })
  }

  /// One particle seldom has a late jump, so that the differences of fine levels have a large kurtosis.
  @Test func aLargeKurtosisIsWarnedOf() throws {
    let text = Sample.expectation.replacing("particles = 4", with: "particles = 1")
      .replacing("replicas = 50", with: "replicas = 2000")
    let answers = try ["[2, 4, 8]", "[2, 256, 512]"].map {
      try Self.report(text.replacing("[2, 4, 8]", with: $0)).error
    }
    let warning =
      /mckean: warning: the kurtosis of (\d+) level\(s\) is above 100, up to (\d+): their variances are known badly/
    #expect(!answers[0].contains("kurtosis"), "\(answers[0])")
    let found = try #require(answers[1].firstMatch(of: warning), "\(answers[1])")
    #expect((1...2).contains(Int(found.1)!) && Int(found.2)! > 100)
  }

  /// The first rows of sorted data have few classes; shuffled they have all.
  @Test func classesWithoutRowsAreWarnedOf() throws {
    let rows = (0..<40).map { "\($0),0.5,\($0 / 10)\n" }.joined()
    let errors = try [false, true].map { shuffle in
      let mckean = try Mckean()
      try mckean.write(rows, to: "sorted.csv")
      let data = "train = \"sorted.csv\"\nshuffle = \(shuffle)"
      try mckean.write(BadInput.compressibilitySample.replacing("name = \"digits\"", with: data), to: "mine.toml")
      let answer = try mckean.run(["run", "mine.toml", "--quiet", "--set", "data.rows=20"])
      #expect(answer.exitCode == 0, "\(answer.error)")
      return answer.error
    }
    #expect(
      errors[0].contains("mckean: warning: no training row has the label 2, 3; with shuffle = true"), "\(errors[0])")
    #expect(errors[1].isEmpty, "\(errors[1])")
  }

  /// Training that ends at the most steps says so; training that reaches its accuracy does not.
  @Test func aTrainingAccuracyThatIsNotReachedIsWarnedOf() throws {
    let answers = try ["1.0", "0.0"].map { accuracy in
      try Self.report(
        BadInput.compressibilitySample.replacing(
          "{ steps = 3 }", with: "{ train-accuracy = \(accuracy), max-steps = 3 }")
      ).error
    }
    let settings = [4, 8].map { "2 of 2 networks of n = \($0) at alpha = 1.5, independent, scale = 1.0" }
    #expect(
      answers[0].split(separator: "\n")
        == settings.map { "mckean: warning: \($0) did not reach training accuracy 1.0 in 3 steps" })
    #expect(answers[1].isEmpty, "\(answers[1])")
  }

  /// A tolerance that takes more replicas than there are: the place in the file, and what has been computed stays.
  @Test(arguments: [false, true]) func aToleranceOutOfReachLosesNothing(isOverridden: Bool) throws {
    let mckean = try Mckean()
    let tolerances = "[0.05, 1e-7]"
    try mckean.write(
      isOverridden
        ? Sample.expectation : Sample.expectation.replacing("tolerance = 0.05", with: "tolerance = \(tolerances)"),
      to: "mine.toml")
    let answer = try mckean.run(
      ["run", "mine.toml", "--quiet", "--out", "o"] + (isOverridden ? ["--set", "study.tolerance=\(tolerances)"] : []))
    #expect(answer.exitCode == 65)
    for part in [
      isOverridden ? "--set study.tolerance: found 1e-07" : "mine.toml, line 16, study.tolerance: found 1e-07",
      "replicas of 4 particles with 2 steps", "or more, which takes at most 67108864 here",
    ] { #expect(answer.error.contains(part), "\(answer.error)") }
    let levels = try mckean.table("o/levels.csv")
    #expect(levels.rows(where: ["tolerance": ""]).count == 6)
    #expect(try mckean.table("o/rates.csv").rows.count == 2)
    #expect(
      try mckean.table("o/expectation.csv").values("setting", "observable") == [
        ["tolerance=0.05", "order-parameter"], ["tolerance=0.05", "cosine(2)"],
      ])
    #expect(!levels.rows(where: ["tolerance": "0.05"]).isEmpty)
  }

  /// A replica of the estimate alone that is not finite.
  @Test func anEstimateWithoutAValueIsNoted() throws {
    let output = try Self.report(
      Sample.expectation.replacing("sine-interaction", with: "ornstein-uhlenbeck").replacing(
        "coupling = 2.0", with: "coupling = 0.0"), "--set", "noise.scale=5e305", "--set", "study.replicas=32",
      "--set", "study.tolerance=0.02"
    ).output
    #expect(output.contains("note: cosine(2), n = 4, has no estimate to 0.02: a replica was not finite."), "\(output)")
    #expect(!output.contains("replicas of the test were not finite"))
  }

  // MARK: - Options

  @Test func theDefaultDirectoryIsNamedAfterTheExperiment() throws {
    let mckean = try Mckean()
    try mckean.write(Sample.chaos, to: "mine.toml")
    #expect(try mckean("run", "mine.toml").exitCode == 0)
    #expect(try mckean.run(["run", "ou-chaos"] + Sample.quickArguments("ou-chaos")).exitCode == 0)
    #expect(mckean.files(in: "out") == ["mine", "ou-chaos"])
  }

  @Test func settingsReplaceThoseOfTheFile() throws {
    let mckean = try Self.run(
      Sample.chaos, "--set", "noise.alpha=[1.9, 1.4]", "--set", "noise.shape=isotropic", "--set", "model.dimension=2",
      "--set", "study.particles={from=3,to=7}", "--seed", "7", "--set", "study.seed=8")
    let rows = try mckean.table("o/curve.csv").rows(where: ["metric": "terminal"])
    #expect(rows.map { $0["alpha"] } == ["1.9", "1.9", "1.4", "1.4"])
    #expect(rows.map { $0["n"] } == ["3", "6", "3", "6"])
    #expect(rows.allSatisfy { $0["shape"] == "isotropic" })
    #expect(try mckean.text("o/manifest.json").contains("\"seed\" : 7"))
  }

  /// Another sampler, or single precision, changes digits and nothing else.
  @Test(arguments: [("noise.sampler=gsl", 1e-9), ("study.precision=single", 1e-3)])
  func samplerAndPrecisionAreSettings(setting: String, tolerance: Double) throws {
    let mckean = try Self.run(Self.several)
    let answer = try mckean("run", "mine.toml", "--quiet", "--out", "other", "--set", setting)
    #expect(answer.exitCode == 0, "\(answer.error)")
    let labels = ["model", "law", "shape", "alpha", "scale", "setting", "metric", "p", "n", "steps", "estimator"]
    for file in ["curve.csv", "replicas.csv"] {
      let table = try mckean.table("o/\(file)"), other = try mckean.table("other/\(file)")
      #expect(other.rows.count == table.rows.count && !table.rows.isEmpty)
      for (a, b) in zip(other.rows, table.rows) {
        #expect(labels.allSatisfy { a[$0] == b[$0] })
        let (x, y) = (Double(a["value"]!)!, Double(b["value"]!)!)
        #expect(abs(x - y) < tolerance * y)
      }
      #expect(try mckean.bytes("o/\(file)") != mckean.bytes("other/\(file)"))
    }
    let manifest = try mckean.text("other/manifest.json")
    #expect(manifest.contains("\"sampler\" : \"\(setting.hasSuffix("gsl") ? "gsl" : "vector")\""))
    #expect(manifest.contains("\"precision\" : \"\(setting.hasSuffix("single") ? "single" : "double")\""))
    #expect(try mckean.text("o/manifest.json").contains("\"precision\" : \"double\""))
  }

  @Test func samplersOfAListAreToldApart() throws {
    let mckean = try Self.run(Sample.chaos, "--set", "noise.sampler=[\"vector\", \"gsl\"]")
    let rows = try mckean.table("o/curve.csv").rows(where: ["metric": "terminal"])
    #expect(rows.map { $0["setting"] } == ["sampler=vector", "sampler=vector", "sampler=gsl", "sampler=gsl"])
    for (a, b) in zip(rows.prefix(2), rows.suffix(2)) {
      let (x, y) = (Double(a["value"]!)!, Double(b["value"]!)!)
      #expect(abs(x - y) < 1e-9 * y)
    }
    #expect(try mckean.text("o/manifest.json").contains("\"sampler\" : \"vector, gsl\""))
  }

  @Test func progressGoesToStandardErrorAndResultsToStandardOutput() throws {
    let mckean = try Mckean()
    try mckean.write(Sample.chaos, to: "mine.toml")
    let loud = try mckean("run", "mine.toml", "--out", "loud")
    #expect(loud.errorLines.count == 8)
    #expect(loud.errorLines.last?.hasPrefix("8 of 8 replicas, ") == true)
    #expect(loud.output.contains("verdict") && loud.output.contains("-0.333"))
    let quiet = try mckean("run", "mine.toml", "--out", "quiet", "--quiet")
    #expect(quiet.error == "")
    #expect(quiet.output == loud.output.replacing("loud", with: "quiet"))
  }

  @Test func aTerminalHasABarWithTheTimeThatIsLeft() throws {
    let mckean = try Mckean()
    try mckean.write(Sample.chaos, to: "mine.toml")
    let program = "import pty; pty.spawn(['\(Mckean.program.path)', 'run', 'mine.toml', '--out', 'o'])"
    let screen = try mckean.output(of: "/usr/bin/python3", "-c", program)
    #expect(screen.contains("[##############################] 8 of 8 replicas, "))
    // The bar is gone when the table comes.
    #expect(screen.contains("left\r\u{1B}[Kchaos of ornstein-uhlenbeck"))
  }

  @Test func dataFilesAreThoseBesideTheExperimentFile() throws {
    let mckean = try Mckean()
    try FileManager.default.createDirectory(atPath: mckean.path("sub"), withIntermediateDirectories: true)
    try mckean.write(Sample.network, to: "sub/net.toml")
    try mckean.write(Sample.data, to: "sub/data.csv")
    let answer = try mckean("run", "sub/net.toml", "--quiet")
    #expect(answer.exitCode == 0, "\(answer.error)")
    #expect(mckean.files(in: "out") == ["net"])
  }

  @Test func anExistingRunIsReplacedOnlyByForce() throws {
    let mckean = try Self.run(Sample.chaos)
    let curve = try mckean.text("o/curve.csv")
    try mckean.write(Sample.trajectory, to: "other.toml")
    try mckean.write("mine", to: "o/notes.txt")
    let refused = try mckean("run", "other.toml", "--quiet", "--out", "o")
    #expect(refused.exitCode == 65)
    #expect(
      refused.error
        == "mckean: error: o exists already; choose another --out, or --force to replace the run in it.\n")
    #expect(try mckean.text("o/curve.csv") == curve)
    #expect(
      mckean.files(in: "o") == [
        "curve.csv", "manifest.json", "notes.txt", "rates.csv", "replicas.csv", "slopes.csv", "tails.csv",
      ])
    let forced = try mckean("run", "other.toml", "--quiet", "--out", "o", "--force")
    #expect(forced.exitCode == 0, "\(forced.error)")
    // Nothing of the old run stays; what is not of the run does.
    #expect(mckean.files(in: "o") == ["manifest.json", "notes.txt", "states.npy", "times.csv"])
  }

  // MARK: - Manifest

  @Test func theManifestTellsHowToMakeTheRunAgain() throws {
    let mckean = try Self.run(Self.several, "--threads", "2", "--seed", "5")
    let manifest = try #require(JSONSerialization.jsonObject(with: mckean.bytes("o/manifest.json")) as? [String: Any])
    // The commit is known where the program stands in a checkout.
    #expect(
      Set(manifest.keys).subtracting(["git-commit"]) == [
        "experiment", "name", "seed", "version", "threads", "ranks", "sampler", "precision", "block-size", "blas-core",
        "gsl-version",
        "wall-time-seconds", "file-checksums",
      ])
    #expect(manifest["name"] as? String == "mine")
    #expect(manifest["seed"] as? Int == 5)
    #expect(manifest["threads"] as? Int == 2)
    #expect(manifest["ranks"] as? Int == 1)
    #expect(manifest["sampler"] as? String == "vector" && manifest["precision"] as? String == "double")
    #expect((manifest["blas-core"] as? String)?.isEmpty == false)
    #expect((manifest["wall-time-seconds"] as? Double).map { $0 > 0 } == true)
    let experiment = try #require(manifest["experiment"] as? [String: [String: Any]])
    #expect(experiment["noise"]?["alpha"] as? [Double] == [1.8, 1.2])
    #expect(experiment["noise"]?["scale"] as? Double == 1)
    #expect(experiment["study"]?["seed"] as? Int == 5)
    let checksums = try #require(manifest["file-checksums"] as? [String: String])
    #expect(checksums.keys.sorted() == ["curve.csv", "rates.csv", "replicas.csv", "slopes.csv", "tails.csv"])
    for (file, checksum) in checksums {
      let program = "import hashlib; print(hashlib.sha256(open('o/\(file)', 'rb').read()).hexdigest())"
      #expect(try mckean.output(of: "/usr/bin/python3", "-c", program) == checksum)
    }
  }

  /// Started by its bare name from within another checkout, the program still tells its own commit.
  @Test func theCommitIsThatOfTheProgram() throws {
    let mckean = try Mckean()
    try mckean.write(Sample.chaos, to: "mine.toml")
    _ = try mckean.output(of: "/usr/bin/env", "git", "init", "-q")
    _ = try mckean.output(
      of: "/usr/bin/env", "git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "a"
    )
    let programs = Mckean.program.deletingLastPathComponent().path
    _ = try mckean.output(
      of: "/usr/bin/env", "PATH=\(programs):/usr/bin:/bin", "mckean", "run", "mine.toml", "--out", "o")
    let manifest = try #require(JSONSerialization.jsonObject(with: mckean.bytes("o/manifest.json")) as? [String: Any])
    #expect(try mckean.output(of: "/usr/bin/env", "git", "rev-parse", "HEAD") != manifest["git-commit"] as? String)
  }
}
