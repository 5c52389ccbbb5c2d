import Foundation

/// The models that an experiment file can name.
public enum ModelCatalog {
  /// Name, keys and equation of each.
  public static let models: [(name: String, keys: String, equation: String)] = [
    (
      "ornstein-uhlenbeck", "theta, coupling, dimension, initial",
      "dX^i = -(theta X^i + coupling (X^i - m)) dt + scale dL^i, m = mean of X"
    ),
    ("sine-interaction", "theta, coupling, initial", "dX^i = (-theta X^i + coupling mean(sin X)) dt + scale dL^i"),
    (
      "kuramoto", "coupling, frequency, initial",
      "dX^i = (omega^i + coupling mean(sin(X^j - X^i))) dt + scale dL^i, phases not wrapped"
    ),
    (
      "double-well", "barrier, coupling, scheme, initial",
      "dX^i = (barrier (X^i - X^i^3) - coupling (X^i - m)) dt + scale dL^i, m = mean of X"
    ),
    (
      "two-layer-network", "activation, loss, output, output-initial, output-scaling, batch, weight-decay, initial",
      "neurons theta_i of f(x) = (1/n) sum a_i psi(<theta_i, x>), gradient flow on [data] + scale dL^i"
    ),
  ]

  /// Reads the model of one combination.
  ///
  /// - Parameters:
  ///   - names: where the file lists several, all of them; each model leaves the others' keys alone.
  ///   - particles: n where the study has one, or the first of several that are no levels of a ladder.
  ///   - data: the training data, read once for all combinations.
  static func model(
    _ table: ExperimentTable, names: [String], particles: Int?, data: () throws(SimulationError) -> LabelledData
  ) throws(SimulationError) -> any McKeanVlasovModel {
    let model: any McKeanVlasovModel
    switch try table.word("name", among: models.map(\.name)) {
    case "ornstein-uhlenbeck":
      model = OrnsteinUhlenbeck(
        theta: try table.number("theta"), coupling: try table.number("coupling"),
        dimension: try table.integer("dimension", default: 1, in: 1...largestDimension),
        initial: try table.law("initial", default: .constant(0))!)
    case "sine-interaction":
      model = SineInteraction(
        theta: try table.number("theta"), coupling: try table.number("coupling"),
        initial: try table.law("initial", default: .constant(0))!)
    case "kuramoto":
      model = Kuramoto(
        coupling: try table.number("coupling"), frequency: try table.law("frequency", default: .constant(0))!,
        initial: try table.law("initial", default: .constant(0))!)
    case "double-well":
      model = DoubleWell(
        barrier: try table.number("barrier", allowed: "a finite number above 0") { $0 > 0 && $0.isFinite },
        coupling: try table.number("coupling"), scheme: try table.word("scheme", default: .splitting),
        initial: try table.law("initial", default: .constant(0))!)
    default:
      let data = try data()
      let activation: Activation = try table.word("activation")
      let loss: Loss = try table.word("loss")
      let output: TwoLayerNetwork.Output = try table.word("output", default: .fixed)
      let scaling: TwoLayerNetwork.OutputScaling = try table.word("output-scaling", default: .meanField)
      guard scaling == .meanField || particles != nil else {
        throw table.error(
          "output-scaling", found: "\"standard\" with several n to compare",
          allowed: "\"mean-field\"; \"standard\" in strong, trajectory and compressibility studies")
      }
      let batchSize = try table.batchSize("batch", of: data.rows)
      let weightDecay = try table.number("weight-decay", default: 0, allowed: "a finite number, 0 or larger") {
        $0 >= 0 && $0.isFinite
      }
      let bound = 1 / Double(data.columns).squareRoot()
      let initial = try table.law("initial", default: .uniform(low: -bound, high: bound))
      // under the standard scaling the default depends on n
      let outputInitial = try table.law(
        "output-initial", default: scaling == .meanField ? TwoLayerNetwork.outputInitial(neurons: nil) : nil)
      do {
        model = try TwoLayerNetwork(
          data: data, activation: activation, loss: loss, weightDecay: weightDecay, output: output,
          neurons: scaling == .standard ? particles : nil, batchSize: batchSize, initial: initial,
          outputInitial: outputInitial)
      } catch { throw table.locate(error) }
    }
    try table.finish(
      others: models.filter { names.contains($0.name) }.flatMap { $0.keys.split(separator: ", ").map(String.init) })
    return model
  }

  /// The model holds a law for each coordinate; 4 kB of memory a coordinate leave room for a block of particles too.
  private static let largestDimension = min(Int(UInt32.max), Int(ProcessInfo.processInfo.physicalMemory) / 4096)

  /// Reads the noise of one combination.
  ///
  /// - Parameter lawVaries: whether the file lists several laws; alpha is then that of the stable ones.
  static func noise(_ table: ExperimentTable, lawVaries: Bool) throws(SimulationError) -> LevyNoise {
    let law: LevyNoise.Law
    switch try table.word("law", among: ["stable", "brownian", "none"]) {
    case "stable": law = .stable(alpha: try table.number("alpha", allowed: "a number from 0.1 to 2") { _ in true })
    case let word:
      if table.has("alpha"), !lawVaries {
        throw table.error(
          "alpha", found: table.values["alpha"]!.found,
          allowed: "no alpha with law = \"\(word)\"" + (word == "none" ? "; with scale = 0 alpha may stay" : ""))
      }
      law = word == "none" ? .none : .brownian
    }
    let scale = try table.number("scale", default: 1, allowed: "a finite number, 0 or larger") { _ in true }
    let shape: NoiseShape = try table.word("shape", default: .independent)
    let sampler: Sampler = try table.word("sampler", default: .vector)
    do {
      let noise = try LevyNoise(law: law, scale: scale, shape: shape, sampler: sampler)
      try table.finish()
      return noise
    } catch { throw table.locate(error) }
  }

  /// Reads the data that `[data]` names.
  static func data(_ table: ExperimentTable, directory: String, seed: UInt32) throws(SimulationError)
    -> LabelledDataSplit
  {
    func paths(_ key: String) throws(SimulationError) -> [String] {
      try table.texts(key).map { $0.hasPrefix("/") ? $0 : directory + "/" + $0 }
    }
    let isOwnFile = table.has("train")
    let trainPaths: [String]
    if isOwnFile {
      guard !table.has("name") else {
        throw table.error("name", found: "both name and train", allowed: "one of them")
      }
      trainPaths = try paths("train")
    } else {
      guard table.has("name") else {
        throw table.error("name", found: "neither name nor train", allowed: "name = \"digits\", or train = a file")
      }
      _ = try table.word("name", among: ["digits"])
      trainPaths = [BundledFiles.path("Data/digits.csv")]
    }
    let testPaths = table.has("test") ? try paths("test") : []
    let label: LabelledData.LabelColumn =
      switch try table.text("label", default: "last") {
      case "first": .first
      case "last": .last
      case let name: .named(name)
      }

    var train: LabelledData
    var test: LabelledData?
    var files: [String] = []
    func read(_ paths: [String], _ key: String, training: (data: LabelledData, path: String)? = nil)
      throws(SimulationError) -> LabelledData
    {
      do throws(SimulationError) {
        var parts: [LabelledRows] = []
        for path in paths { parts.append(try LabelledRows(contentsOf: path, label: label)) }
        files += parts.flatMap(\.files)
        return try LabelledData(parts, training: training)
      } catch {
        guard case .unreadableFile = error else { throw table.locate(error) }
        throw table.locate(error, from: key)
      }
    }
    train = try read(trainPaths, isOwnFile ? "train" : "name")
    if !testPaths.isEmpty { test = try read(testPaths, "test", training: (train, trainPaths[0])) }

    guard train.classes > 1 else {
      throw table.error(
        table.has("label") ? "label" : isOwnFile ? "train" : "name", found: "one class, \(train.listOfClasses)",
        allowed: "labels of two classes or more")
    }
    if table.has("class-against-rest") {
      let one = try table.label("class-against-rest")
      guard let index = train.classNames.firstIndex(where: one.isLabel) else {
        throw table.error(
          "class-against-rest", found: one.found, allowed: "a label of \(trainPaths[0]): \(train.listOfClasses)")
      }
      (train, test) = (train.classAgainstRest(index), test?.classAgainstRest(index))
    }
    if try table.boolean("shuffle", default: false) { train = train.shuffled(seed: seed) }
    if table.has("rows") {
      train = train.rows(in: 0..<(try table.integer("rows", in: 1...train.rows)))
    }
    if table.has("test-fraction") {
      guard testPaths.isEmpty else {
        throw table.error("test-fraction", found: "both test and test-fraction", allowed: "one of them")
      }
      let fraction = try table.number("test-fraction", allowed: "a number between 0 and 1") { $0 > 0 && $0 < 1 }
      let split = train.split(testFraction: fraction, seed: seed)
      guard split.test.rows > 0 else {
        throw table.error(
          "test-fraction", found: "\(fraction), which takes none of \(train.rows) rows",
          allowed: "a number that takes a row of at least one class and leaves it another")
      }
      (train, test) = split
    }
    let scaling = try scaling(table)
    try table.finish()
    let scaled = (train: train.scaled(scaling, by: train), test: test?.scaled(scaling, by: train))
    guard scaled.train.inputs.allSatisfy(\.isFinite), scaled.test?.inputs.allSatisfy(\.isFinite) ?? true else {
      throw table.error(
        "scaling", found: "\(table.values["scaling"]!.found), with which an input is no finite number",
        allowed: "a scaling that keeps all inputs finite")
    }
    return LabelledDataSplit(
      train: scaled.train, test: scaled.test,
      name: name(table, train: isOwnFile ? trainPaths : ["digits"], test: testPaths, seed: seed), files: files)
  }

  /// What a table calls the data: the files, and every key that chooses rows, classes and scaling; the seed where it does.
  private static func name(_ table: ExperimentTable, train: [String], test: [String], seed: UInt32) -> String {
    func names(_ paths: [String]) -> String {
      paths.map { String($0.split(separator: "/").last ?? "") }.joined(separator: "+")
    }
    var parts = [names(train)] + (test.isEmpty ? [] : ["test=\(names(test))"])
    for key in ["class-against-rest", "shuffle", "rows", "test-fraction", "scaling"] {
      switch table.values[key] {
      case nil: break
      case .table(let values)?: parts += values.map { "\($0.key)=\($0.value.text)" }.sorted()
      case let value?: parts.append("\(key)=\(value.text)")
      }
    }
    let isDrawn = table.values["shuffle"] == .boolean(true) || table.has("test-fraction")
    return (parts + (isDrawn ? ["seed=\(seed)"] : [])).joined(separator: " ")
  }

  private static func scaling(_ table: ExperimentTable) throws(SimulationError) -> LabelledData.Scaling {
    if case .table(let parts)? = table.values["scaling"] {
      return try table.nested("scaling", parts) { affine throws(SimulationError) in
        .affine(shift: try affine.number("shift", default: 0), factor: try affine.number("factor", default: 1))
      }
    }
    let words = ["none", "unit-interval", "z-score"]
    if let value = table.values["scaling"], !words.map(ExperimentValue.word).contains(value) {
      throw table.error(
        "scaling", found: value.found, allowed: "\"none\", \"unit-interval\", \"z-score\" or { shift, factor }")
    }
    switch try table.word("scaling", default: "none", among: words) {
    case "unit-interval": return .unitInterval
    case "z-score": return .zScore
    default: return .none
    }
  }
}

/// The files shipped with the library: built-in experiments and data.
enum BundledFiles {
  static func path(_ name: String) -> String { Bundle.module.bundlePath + "/" + name }
}
