import Foundation

/// Data points with classes: what a network learns from.
public struct LabelledData: Sendable {
  /// N × d, row-major.
  public private(set) var inputs: [Double]
  /// The class of each row, from 0, in sorted order of the labels as the file has them.
  public private(set) var labels: [Int]
  /// The labels as the file has them, sorted.
  public let classNames: [String]
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

  /// Reads a table of numbers with one column of labels; comma or tab separated, with or without a header.
  ///
  /// - Throws: `SimulationError.unreadableFile` with the line for a missing file, a row of another length, a cell that is
  ///   not a finite number; `SimulationError.invalidValue` for a label column that the header does not have.
  public init(contentsOf path: String, label: LabelColumn) throws(SimulationError) {
    let text = try TextFile.read(path, format: "CSV or TSV")
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
      .enumerated().map { (number: $0.offset + 1, text: $0.element) }
      .filter { !$0.text.allSatisfy(\.isWhitespace) }
    guard let first = lines.first else {
      throw .unreadableFile(path: path, line: nil, problem: "it is empty; CSV or TSV is expected")
    }
    let separator: Character = first.text.contains("\t") ? "\t" : ","
    func cells(_ line: Substring) -> [String] {
      var isQuoted = false
      return line.split(omittingEmptySubsequences: false) { character in
        if character == "\"" { isQuoted.toggle() }
        return character == separator && !isQuoted
      }.map { $0.trimmingCharacters(in: .whitespaces.union(["\""])) }
    }

    // A header is a first line with a word where the second line has a number, or with nothing but words.
    let firstCells = cells(first.text)
    let secondCells = lines.count > 1 ? cells(lines[1].text) : []
    let hasHeader =
      zip(firstCells, secondCells).contains { !$0.isEmpty && Double($0) == nil && Double($1) != nil }
      || lines.count == 1 && firstCells.allSatisfy { Double($0) == nil }
    let labelIndex: Int
    switch label {
    case .first: labelIndex = 0
    case .last: labelIndex = firstCells.count - 1
    case .named(let name):
      guard hasHeader else {
        throw .invalidValue(
          parameter: "label", found: "\"\(name)\"",
          allowed: "\"first\" or \"last\", since \(path) has no header that names its columns")
      }
      guard let index = firstCells.firstIndex(of: name) else {
        throw .invalidValue(
          parameter: "label", found: "\"\(name)\"",
          allowed: "\"first\", \"last\" or a column of \(path): \(firstCells.joined(separator: ", "))")
      }
      labelIndex = index
    }
    guard firstCells.count > 1 else {
      throw .unreadableFile(
        path: path, line: first.number,
        problem: "one column found; a label and at least one input are needed, separated by commas or tabs")
    }

    var (inputs, names): ([Double], [String]) = ([], [])
    for line in lines.dropFirst(hasHeader ? 1 : 0) {
      let row = cells(line.text)
      guard row.count == firstCells.count else {
        throw .unreadableFile(
          path: path, line: line.number, problem: "\(row.count) columns found; \(firstCells.count) expected, as above")
      }
      for (column, cell) in row.enumerated() where column != labelIndex {
        guard let value = Double(cell), value.isFinite else {
          throw .unreadableFile(
            path: path, line: line.number,
            problem: "column \(column + 1) holds \"\(cell)\"; a finite number is expected")
        }
        inputs.append(value)
      }
      guard !row[labelIndex].isEmpty, Double(row[labelIndex])?.isNaN != true else {
        throw .unreadableFile(
          path: path, line: line.number,
          problem: "column \(labelIndex + 1) holds \"\(row[labelIndex])\"; a label is expected")
      }
      names.append(row[labelIndex])
    }
    guard !names.isEmpty else {
      throw .unreadableFile(path: path, line: nil, problem: "it has a header and no data")
    }
    let distinct = Set(names)
    let sorted =
      distinct.allSatisfy { Double($0)?.isFinite == true }
      ? distinct.sorted { (Double($0)!, $0) < (Double($1)!, $1) } : distinct.sorted()
    let classOfName = Dictionary(uniqueKeysWithValues: zip(sorted, sorted.indices))
    self.inputs = inputs
    self.labels = names.map { classOfName[$0]! }
    self.classNames = sorted
    self.columns = firstCells.count - 1
  }

  /// The rows in another order: row `order[k]` becomes row k.
  func rows(in order: some Sequence<Int>) -> LabelledData {
    var result = self
    (result.inputs, result.labels) = ([], [])
    for row in order {
      result.inputs += inputs[row * columns..<(row + 1) * columns]
      result.labels.append(labels[row])
    }
    return result
  }

  /// The inputs scaled, with the numbers that the scaling takes from these data.
  func scaled(_ scaling: Scaling) -> LabelledData {
    var result = self
    switch scaling {
    case .none: break
    case .unitInterval:
      let largest = inputs.lazy.map(abs).max() ?? 0
      if largest > 0 { result.inputs = inputs.map { $0 / largest } }
    case .zScore:
      for column in 0..<columns {
        let values = stride(from: column, to: inputs.count, by: columns).map { inputs[$0] }
        let mean = values.reduce(0, +) / Double(rows)
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)).squareRoot()
        // the mean of equal values may differ from them by rounding
        let isConstant = values.allSatisfy { $0 == values[0] }
        for row in 0..<rows {
          result.inputs[row * columns + column] = isConstant || deviation == 0 ? 0 : (values[row] - mean) / deviation
        }
      }
    case .affine(let shift, let factor): result.inputs = inputs.map { ($0 - shift) * factor }
    }
    return result
  }

  /// The rows in a random order: sorted by a uniform of the study's seed, one counter a row.
  func shuffled(seed: UInt32) -> LabelledData {
    let keys = (0..<rows).map {
      Philox.uniforms(
        counter: SIMD4(UInt32($0), 0, 0, StreamPurpose.batch.rawValue), key: SIMD2(seed, UInt32.max)
      ).first
    }
    return rows(in: (0..<rows).sorted { (keys[$0], $0) < (keys[$1], $1) })
  }
}
