/// Data points with classes: what a network learns from.
public struct LabelledData: Sendable {
  /// N × d, row-major.
  public private(set) var inputs: [Double]
  /// The class of each row, from 0, in sorted order of the labels as the file has them.
  public private(set) var labels: [Int]
  /// The labels as the file has them, sorted.
  public private(set) var classNames: [String]
  /// d.
  public let columns: Int

  /// N.
  public var rows: Int { labels.count }
  /// C.
  public var classes: Int { classNames.count }

  /// Which column of a file holds the label.
  public enum LabelColumn: Sendable, Hashable {
    case first, last
    case named(String)
  }

  /// How the inputs are scaled.
  public enum Scaling: Sendable, Hashable {
    case none
    /// Divided by the largest absolute value of the training set.
    case unitInterval
    /// Each column to mean 0 and standard deviation 1 on the training set; constant columns become 0.
    case zScore
    /// (x - shift) · factor.
    case affine(shift: Double, factor: Double)
  }

  /// Data that are at hand: one row of inputs a label; the classes are 0, 1, ….
  package init(inputs: [[Double]], labels: [Int]) {
    precondition(inputs.count == labels.count && Set(inputs.map(\.count)).count == 1, "one row of inputs a label")
    self.inputs = Array(inputs.joined())
    self.labels = labels
    classNames = (0...labels.max()!).map { "\($0)" }
    columns = inputs[0].count
  }

  /// Reads a file: CSV or TSV with or without a header, IDX images with the labels beside them, or CIFAR; gzip or not.
  ///
  /// - Throws: `SimulationError.unreadableFile` with the line for a missing file, a row of another length, a cell that is
  ///   not a finite number, a binary file of another size than its format has; `SimulationError.invalidValue` for a label
  ///   column that the file does not have.
  public init(contentsOf path: String, label: LabelColumn) throws(SimulationError) {
    try self.init([try LabelledRows(contentsOf: path, label: label)])
  }

  /// The rows of several files, one after the other.
  ///
  /// - Parameter training: what else these rows are tested with; they must have its columns and classes.
  /// - Throws: `SimulationError.unreadableFile` for a file with other columns, or a label that training never saw.
  init(_ files: [LabelledRows], training: (data: LabelledData, path: String)? = nil) throws(SimulationError) {
    let columns = training?.data.columns ?? files[0].columns
    for file in files where file.columns != columns {
      throw .unreadableFile(
        path: file.path, line: nil,
        problem: "\(file.columns) inputs a row found; \(columns) expected, as in \(training?.path ?? files[0].path)")
    }
    let classNames = training?.data.classNames ?? Self.sorted(Set(files.flatMap(\.labels)))
    let classOfName = Dictionary(uniqueKeysWithValues: zip(classNames, classNames.indices))
    labels = []
    for file in files {
      for (row, name) in file.labels.enumerated() {
        guard let label = classOfName[name] else {
          throw .unreadableFile(
            path: file.path, line: file.lines.isEmpty ? nil : file.lines[row],
            problem: "the label \"\(name)\" found, which \(training!.path) never has; one of its labels is expected: "
              + training!.data.listOfClasses)
        }
        labels.append(label)
      }
    }
    self.classNames = classNames
    self.columns = columns
    inputs = files.count == 1 ? files[0].inputs : files.flatMap(\.inputs)
  }

  /// Labels by value where all are numbers, else as words.
  private static func sorted(_ labels: Set<String>) -> [String] {
    labels.allSatisfy { Double($0)?.isFinite == true }
      ? labels.sorted { (Double($0)!, $0) < (Double($1)!, $1) } : labels.sorted()
  }

  /// The labels that no row has: of the rows that were left out.
  var classesWithoutRows: [String] {
    let present = Set(labels)
    return classNames.indices.filter { !present.contains($0) }.map { classNames[$0] }
  }

  /// The labels as a sentence lists them.
  var listOfClasses: String { classNames.prefix(20).joined(separator: ", ") + (classes > 20 ? ", …" : "") }

  /// The rows in another order: row `order[k]` becomes row k.
  func rows(in order: some Sequence<Int>) -> LabelledData {
    var result = self
    (result.inputs, result.labels) = ([], [])
    result.inputs.reserveCapacity(order.underestimatedCount * columns)
    for row in order {
      result.inputs += inputs[row * columns..<(row + 1) * columns]
      result.labels.append(labels[row])
    }
    return result
  }

  /// The inputs scaled, with the numbers that the scaling takes from the training set.
  func scaled(_ scaling: Scaling, by training: LabelledData) -> LabelledData {
    var result = self
    switch scaling {
    case .none: break
    case .unitInterval:
      let largest = training.inputs.lazy.map(abs).max() ?? 0
      if largest > 0 { result.inputs = inputs.map { $0 / largest } }
    case .zScore:
      let values = training.inputs
      let rowStarts = stride(from: 0, to: values.count, by: columns)
      var means = [Double](repeating: 0, count: columns)
      for start in rowStarts { for column in 0..<columns { means[column] += values[start + column] } }
      for column in 0..<columns { means[column] /= Double(training.rows) }
      var deviations = [Double](repeating: 0, count: columns)
      // the mean of equal values may differ from them by rounding
      var isConstant = [Bool](repeating: true, count: columns)
      for start in rowStarts {
        for column in 0..<columns {
          let deviation = values[start + column] - means[column]
          deviations[column] += deviation * deviation
          isConstant[column] = isConstant[column] && values[start + column] == values[column]
        }
      }
      for column in 0..<columns {
        deviations[column] = (deviations[column] / Double(training.rows)).squareRoot()
        if deviations[column] == 0 { isConstant[column] = true }
      }
      for start in stride(from: 0, to: inputs.count, by: columns) {
        for column in 0..<columns {
          let deviation = inputs[start + column] - means[column]
          result.inputs[start + column] = isConstant[column] ? 0 : deviation / deviations[column]
        }
      }
    case .affine(let shift, let factor): result.inputs = inputs.map { ($0 - shift) * factor }
    }
    return result
  }

  /// Two classes: one as it is named, then all the others as `rest`.
  func classAgainstRest(_ label: Int) -> LabelledData {
    var result = self
    result.labels = labels.map { $0 == label ? 0 : 1 }
    result.classNames = [classNames[label], "rest"]
    return result
  }

  /// The rows in a random order: sorted by a uniform of the study's seed, one counter a row.
  func shuffled(seed: UInt32) -> LabelledData {
    rows(in: Self.randomOrder(of: 0..<rows, seed: seed, component: 0))
  }

  /// The rows split at random: of each class round(fraction · count) are test rows, but for one at least. Both parts keep
  /// the order that they have.
  func split(testFraction fraction: Double, seed: UInt32) -> (train: LabelledData, test: LabelledData) {
    var isTest = [Bool](repeating: false, count: rows)
    for members in Dictionary(grouping: 0..<rows, by: { labels[$0] }).values {
      let count = min(Int((fraction * Double(members.count)).rounded()), members.count - 1)
      for row in Self.randomOrder(of: members, seed: seed, component: 1).suffix(count) { isTest[row] = true }
    }
    return (rows(in: (0..<rows).filter { !isTest[$0] }), rows(in: (0..<rows).filter { isTest[$0] }))
  }

  /// - Parameter component: the word of the counter that sets one order apart from another.
  private static func randomOrder(of rows: some Sequence<Int>, seed: UInt32, component: UInt32) -> [Int] {
    randomOrder(of: rows, key: SIMD2(seed, .max), step: 0, component: component)
  }

  /// Sorted by a uniform of each row's counter.
  static func randomOrder(of rows: some Sequence<Int>, key: SIMD2<UInt32>, step: UInt32, component: UInt32 = 0)
    -> [Int]
  {
    rows.map { row in
      let counter = SIMD4(UInt32(row), step, component, StreamPurpose.batch.rawValue)
      return (Philox.uniforms(counter: counter, key: key).first, row)
    }.sorted { $0 < $1 }.map(\.1)
  }
}
