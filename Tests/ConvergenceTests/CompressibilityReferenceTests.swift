import CGSL
import Foundation
import McKeanVlasov
import Testing

/// Networks that are trained and pruned against a dense computation in NumPy, Tests/Reference/compressibility.py.
@Suite struct CompressibilityReferenceTests {
  private static let script = "compressibility.py"

  private func run(_ text: String, in directory: String, _ name: String = "run") throws -> String {
    let path = directory + "/" + name
    _ = try ExperimentRun(Experiment(text: text, name: name), directory: path, threads: 2).run()
    return path
  }

  private func text(
    data: String, model: String, noise: String = "law = \"none\"", dt: String, stop: String = "{ steps = 200 }",
    study: String
  ) -> String {
    """
    [data]
    \(data)
    [model]
    name = "two-layer-network"
    \(model)
    [noise]
    \(noise)
    [time]
    dt = \(dt)
    [study]
    kind = "compressibility"
    stop = \(stop)
    save-weights = true
    \(study)
    """
  }

  // MARK: - Steps without noise

  /// One line of `steps`: how far hidden and output weights are off, and have moved, over their largest.
  private struct Comparison {
    let setting: String
    let hidden, output, hiddenMovement, outputMovement: Double

    init(_ line: Substring) throws {
      let words = line.split(separator: " ")
      setting = String(words[0])
      let numbers = try words.dropFirst(2).map { try #require(Double($0)) }
      (hidden, output, hiddenMovement, outputMovement) = (numbers[0], numbers[1], numbers[2], numbers[3])
    }
  }

  private func comparisons(
    data: String, file: String, model: String, dt: String, particles: String, in directory: String,
    replacing: String? = nil
  ) throws -> [Comparison] {
    let model = model + "\noutput = [\"fixed\", \"trained\"]\nweight-decay = 0.01"
    let path = try run(
      text(data: data, model: model, dt: dt, study: "particles = \(particles)"), in: directory)
    let output = try Files.outputOfReference(
      Self.script, ["steps", path, file] + (replacing.map { ["--set", $0] } ?? []))
    return try output.split(separator: "\n").map(Comparison.init)
  }

  private func digits(_ scaling: String, replacing: String? = nil) throws -> [Comparison] {
    try Files.withTemporaryDirectory { directory in
      try comparisons(
        data: "name = \"digits\"\nrows = 200\nscaling = \"unit-interval\"", file: Files.digits,
        model: """
          activation = ["tanh", "sigmoid", "erf", "softplus", "relu"]
          loss = ["squared", "cross-entropy"]
          output-scaling = "\(scaling)"
          """, dt: "0.02", particles: "[24]", in: directory, replacing: replacing)
    }
  }

  private func check(_ comparisons: [Comparison], count: Int) {
    #expect(comparisons.count == count)
    for comparison in comparisons {
      #expect(comparison.hidden < 1e-10 && comparison.output < 1e-10, "\(comparison)")
      #expect(comparison.hiddenMovement > 0.01, "\(comparison)")
      let isTrained = comparison.setting.contains("output=trained")
      #expect(isTrained ? comparison.outputMovement > 0.01 : comparison.outputMovement == 0, "\(comparison)")
    }
  }

  @Test(arguments: ["mean-field", "standard"])
  func networksOnDigits(scaling: String) throws { check(try digits(scaling), count: 20) }

  /// The step depends on the width.
  @Test(arguments: ["mean-field", "standard"])
  func logisticOnTwoClasses(scaling: String) throws {
    try Files.withTemporaryDirectory { directory in
      let path = directory + "/two-classes.csv"
      try Files.writeTwoClasses(to: path, rows: 40, dimension: 5)
      let found = try comparisons(
        data: "train = \"\(path)\"", file: path,
        model: "activation = [\"tanh\", \"relu\"]\nloss = \"logistic\"\noutput-scaling = \"\(scaling)\"",
        dt: "{ constant = 2, power = -0.75 }", particles: "[8, 40]", in: directory)
      check(found, count: 8)
    }
  }

  /// The checks fail for another model.
  @Test(arguments: ["output-scaling=standard", "output=fixed", "weight-decay=0.0101"])
  func anotherModelDoesNotAgree(replacing: String) throws {
    for comparison in try digits("mean-field", replacing: replacing) {
      if replacing == "output=fixed", comparison.setting.contains(replacing) {
        #expect(comparison.hidden < 1e-10)
      } else {
        #expect(comparison.hidden > 1e-6, "\(comparison)")
      }
    }
  }

  // MARK: - The table

  private func mismatches(
    loss: String, scaling: String, extra: [String] = [], in directory: String
  ) throws -> (lines: [Substring], compared: Int) {
    let files = ["train", "test"].map { directory + "/\($0).csv" }
    if loss == "logistic" {
      for (file, rows) in zip(files, [60, 34]) { try Files.writeTwoClasses(to: file, rows: rows, dimension: 5) }
    } else {
      let lines = try String(contentsOfFile: Files.digits, encoding: .utf8).split(separator: "\n")
      for (file, rows) in zip(files, [0..<160, 160..<230]) {
        try (lines[rows].joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
      }
    }
    let path = try run(
      text(
        data: "train = \"\(files[0])\"\ntest = \"\(files[1])\""
          + (loss == "logistic" ? "" : "\nscaling = \"unit-interval\""),
        model: """
          activation = ["tanh", "softplus", "relu"]
          loss = "\(loss)"
          output-scaling = "\(scaling)"
          output = ["fixed", "trained"]
          batch = 20
          """,
        noise: "law = [\"stable\", \"none\"]\nalpha = 1.4\nscale = 0.02", dt: "{ constant = 0.2, power = -1 }",
        stop: "{ steps = 20 }",
        study: """
          particles = [30, 300]
          replicas = 2
          criterion = ["squared-frobenius", "ratio"]
          threshold = [0, 0.02, 0.1, 0.35, 0.5, 0.9, 1]
          """), in: directory)
    let output = try Files.outputOfReference(Self.script, ["table", path] + files + extra).split(separator: "\n")
    return (Array(output.dropLast()), try #require(Int(output.last!.split(separator: " ")[1])))
  }

  @Test(arguments: ["squared", "cross-entropy", "logistic"], ["mean-field", "standard"])
  func everyNumberOfTheTable(loss: String, scaling: String) throws {
    try Files.withTemporaryDirectory { directory in
      let found = try mismatches(loss: loss, scaling: scaling, in: directory)
      #expect(found.lines.isEmpty, "\(found.lines.prefix(5))")
      // 12 settings, 2 widths, 2 replicas, 14 prunings; 11 numbers, and with noise one more
      #expect(found.compared == (6 * 12 + 6 * 11) * 2 * 2 * 14)
    }
  }

  /// Rows that are chosen at random, scaled and split, from the files that the run saves.
  @Test(arguments: [Precision.double, .single])
  func theTableOnTheRowsThatAreSaved(precision: Precision) throws {
    try Files.withTemporaryDirectory { directory in
      let path = try run(
        text(
          data: "name = \"digits\"\nshuffle = true\nrows = 90\ntest-fraction = 0.3\nscaling = \"z-score\"",
          model: "activation = \"tanh\"\nloss = \"cross-entropy\"\noutput = \"trained\"",
          noise: "law = \"stable\"\nalpha = 1.4\nscale = 0.02", dt: "0.1", stop: "{ steps = 5 }",
          study: "particles = 40\nreplicas = 2\nprecision = \"\(precision.rawValue)\""), in: directory)
      let output = try Files.outputOfReference(Self.script, ["table", path])
      // 2 replicas of 12 numbers
      #expect(output == "compared 24\n")
      // the control: another activation
      let other = try Files.outputOfReference(Self.script, ["table", path, "--set", "activation=sigmoid"])
      #expect(other.split(separator: "\n").count > 5)
    }
  }

  /// The losses of another output multiplier are not those of the table; what is pruned is.
  @Test func anotherMultiplierDoesNotAgree() throws {
    try Files.withTemporaryDirectory { directory in
      let found = try mismatches(
        loss: "squared", scaling: "mean-field", extra: ["--set", "output-scaling=standard"], in: directory)
      #expect(found.lines.count > found.compared / 4)
      #expect(!found.lines.contains { $0.contains("pruned_fraction") || $0.contains("relative_error") })
    }
  }

  // MARK: - Increments

  /// How many standard errors 16 averages are from the characteristic function, and the error of the output weights.
  private func deviations(
    of shape: NoiseShape, in directory: String, _ arguments: [[String]]
  ) throws -> [(deviations: [Double], outputs: Double)] {
    let path = directory + "/two-classes.csv"
    try Files.writeTwoClasses(to: path, rows: 20, dimension: 3)
    func run(steps: Int) throws -> String {
      try self.run(
        text(
          data: "train = \"\(path)\"",
          model: "activation = \"tanh\"\nloss = \"cross-entropy\"\noutput = \"trained\"",
          noise: "law = \"stable\"\nalpha = 1.4\nscale = 0.7\nshape = \"\(shape.rawValue)\"", dt: "0.1",
          stop: "{ steps = \(steps) }", study: "particles = 5000\nreplicas = 4\nseed = 6"), in: directory,
        "after-\(steps)")
    }
    let (earlier, later) = (try run(steps: 3), try run(steps: 4))
    return try arguments.map { arguments in
      let output = try Files.outputOfReference(Self.script, ["increments", earlier, path, later] + arguments)
      let lines = output.split(separator: "\n")
      return (
        try lines.dropLast().map { try #require(Double($0)) },
        try #require(Double(lines.last!.split(separator: " ")[1]))
      )
    }
  }

  /// One increment a neuron, from runs of three and of four steps: 16 averages of 20,000 draws, of three shapes, at level 1e-3
  /// together. Another shape, or a scale that is 10 % off, is 8 standard errors away at some frequency.
  @Test(arguments: NoiseShape.allCases)
  func incrementsHaveTheLawOfTheNoise(shape: NoiseShape) throws {
    try Files.withTemporaryDirectory { directory in
      let others = NoiseShape.allCases.filter { $0 != shape }.map { ["--shape", $0.rawValue] }
      let found = try deviations(of: shape, in: directory, [[]] + others + [["--factor", "1.1"]])
      #expect(found[0].deviations.count == 16)
      let bound = gsl_cdf_ugaussian_Qinv(1e-3 / 16 / 3 / 2)
      for deviation in found[0].deviations { #expect(abs(deviation) < bound) }
      #expect(found[0].outputs < 1e-12)
      for control in found.dropFirst() { #expect(control.deviations.contains { abs($0) > 8 }) }
    }
  }
}
