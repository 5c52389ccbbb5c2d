import Foundation
import McKeanVlasov
import Testing

@Suite struct LabelledDataTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func read(_ text: String, _ label: LabelledData.LabelColumn = .last) throws -> LabelledData {
    try LabelledData(contentsOf: directory.file("data.csv", text), label: label)
  }

  private func refusal(_ text: String, _ label: LabelledData.LabelColumn = .last) -> SimulationError? {
    do {
      _ = try read(text, label)
      return nil
    } catch { return error as? SimulationError }
  }

  // MARK: - Formats

  @Test(arguments: [
    "1,2.5,cat\n-3,4e2,dog\n", "1\t2.5\tcat\n-3\t4e2\tdog\n", "a,b,kind\n1,2.5,cat\n-3,4e2,dog",
    "1, 2.5 ,cat\r\n-3,4e2,dog\r\n",
    "\n1,2.5,cat\n\n   \n-3,4e2,dog\n\n", "\"a\",\"b\",\"kind\"\n\"1\",\"2.5\",\"cat\"\n\"-3\",\"4e2\",\"dog\"\n",
    "a\tb\tkind\r\n1\t2.5\tcat\r\n-3\t4e2\tdog\r\n",
  ])
  func tablesOfTheSameContent(text: String) throws {
    let data = try read(text)
    #expect(data.inputs == [1, 2.5, -3, 400])
    #expect(data.labels == [0, 1] && data.classNames == ["cat", "dog"])
    #expect(data.rows == 2 && data.columns == 2 && data.classes == 2)
  }

  @Test(
    arguments: [
      (.first, [2, 3, 5, 6], ["1", "4"]), (.last, [1, 2, 4, 5], ["3", "6"]), (.named("b"), [1, 3, 4, 6], ["2", "5"]),
      (.named("a"), [2, 3, 5, 6], ["1", "4"]),
    ] as [(LabelledData.LabelColumn, [Double], [String])])
  func labelColumns(label: LabelledData.LabelColumn, inputs: [Double], names: [String]) throws {
    let data = try read("a,b,c\n1,2,3\n4,5,6\n", label)
    #expect(data.inputs == inputs && data.classNames == names)
  }

  /// A header is a first line with a word where the second has a number: words in the label column alone are no header.
  @Test func wordsAsLabelsAreNoHeader() throws {
    #expect(try read("1,2,a\n3,4,b\n").rows == 2)
    #expect(try read("1,2,a\n3,4,5\n").rows == 1)
  }

  /// By value where all labels are numbers, else as words; labels of equal value by their text.
  @Test(arguments: [
    (["10", "9", "-1", "9"], ["-1", "9", "10"], [2, 1, 0, 1]),
    (["b", "a", "10", "9"], ["10", "9", "a", "b"], [3, 2, 0, 1]),
    (["1.0", "1", "0", "1.00"], ["0", "1", "1.0", "1.00"], [2, 1, 0, 3]),
  ])
  func labelsAreMappedInSortedOrder(column: [String], names: [String], labels: [Int]) throws {
    let data = try read(column.map { "0,\($0)\n" }.joined())
    #expect(data.classNames == names && data.labels == labels)
  }

  // MARK: - Refusals

  @Test(
    arguments: [
      ("1,2,a\n3,b\n", 2, "2 columns found; 3 expected, as above"),
      ("1,2,a\n\n3,4,5,b\n", 3, "4 columns found; 3 expected, as above"),
      ("x,y,kind\n1,2,a\n3,4\n", 3, "2 columns found; 3 expected, as above"),
      ("1,2,a\n3,x,b\n", 2, "column 2 holds \"x\"; a finite number is expected"),
      ("1,nan,a\n3,4,b\n", 1, "column 2 holds \"nan\"; a finite number is expected"),
      ("1,2,a\n3,inf,b\n", 2, "column 2 holds \"inf\"; a finite number is expected"),
      ("1,,a\n", 1, "column 2 holds \"\"; a finite number is expected"),
      ("a\nb\n", 1, "one column found; a label and at least one input are needed, separated by commas or tabs"),
      ("", nil, "it is empty; CSV or TSV is expected"),
      (" \n\n", nil, "it is empty; CSV or TSV is expected"),
      ("1,2,a\n3,4,\n", 2, "column 3 holds \"\"; a label is expected"),
    ] as [(String, Int?, String)])
  func unreadableTables(text: String, line: Int?, problem: String) throws {
    #expect(refusal(text) == .unreadableFile(path: directory.path + "/data.csv", line: line, problem: problem))
  }

  @Test func unknownLabelColumns() throws {
    let path = directory.path + "/data.csv"
    #expect(
      refusal("a,b,c\n1,2,3\n", .named("d"))
        == .invalidValue(
          parameter: "label", found: "\"d\"", allowed: "\"first\", \"last\" or a column of \(path): a, b, c"))
    #expect(
      refusal("1,2,3\n1,2,3\n", .named("d"))
        == .invalidValue(
          parameter: "label", found: "\"d\"",
          allowed: "\"first\" or \"last\", since \(path) has no header that names its columns"))
  }

  @Test func filesThatAreNoText() throws {
    let path = try directory.file("data.csv")
    #expect(
      throws: SimulationError.unreadableFile(
        path: path, line: nil, problem: "there is no such file")
    ) { try LabelledData(contentsOf: path, label: .last) }
    try Data([0xFF, 0xFE, 0x00, 0xC1]).write(to: URL(fileURLWithPath: path))
    #expect(
      throws: SimulationError.unreadableFile(
        path: path, line: nil, problem: "it is not text; CSV or TSV is expected")
    ) { try LabelledData(contentsOf: path, label: .last) }
  }

  // MARK: - As an experiment asks for them

  /// The training data of a network experiment with these lines in [data].
  private func experimentData(_ lines: String, seed: Int = 1) throws -> LabelledData {
    let text = ExperimentText.network(data: lines, seed: seed)
    let experiment = try Experiment(text: text, name: "test", directory: directory.path)
    guard case .error(let study) = experiment.combinations[0].study else { preconditionFailure() }
    return try #require(study.model as? TwoLayerNetwork).data
  }

  @Test(arguments: [
    ("scaling = \"none\"", [2, 0.1, -8, 0.1, 4, 0.1]),
    ("scaling = \"unit-interval\"", [0.25, 0.0125, -1, 0.0125, 0.5, 0.0125]),
    ("scaling = { shift = 2, factor = 0.5 }", [0, -0.95, -5, -0.95, 1, -0.95]),
    ("scaling = { factor = 2 }", [4, 0.2, -16, 0.2, 8, 0.2]),
    // mean -2/3, variance 248/9; 0.1 is a constant, whose mean is not 0.1 in floating point
    ("scaling = \"z-score\"", [8 / 248.0.squareRoot(), 0, -22 / 248.0.squareRoot(), 0, 14 / 248.0.squareRoot(), 0]),
    ("rows = 2", [2, 0.1, -8, 0.1]), ("rows = 1\nscaling = \"unit-interval\"", [1, 0.05]),
  ])
  func scalings(lines: String, inputs: [Double]) throws {
    _ = try directory.file("train.csv", "2,0.1,a\n-8,0.1,b\n4,0.1,a\n")
    let data = try experimentData("train = \"train.csv\"\n" + lines)
    #expect(data.inputs.count == inputs.count)
    for (value, expected) in zip(data.inputs, inputs) { #expect(abs(value - expected) < 1e-14) }
    #expect(data.classNames == ["a", "b"])
  }

  @Test func shufflesAreSeeded() throws {
    let rows = (0..<50).map { "\($0),\($0 % 3)\n" }
    _ = try directory.file("train.csv", rows.joined())
    func order(_ lines: String, seed: Int) throws -> [Double] {
      let data = try experimentData("train = \"train.csv\"\n" + lines, seed: seed)
      for (input, label) in zip(data.inputs, data.labels) { #expect(Int(input) % 3 == label) }
      return data.inputs
    }
    let first = try order("shuffle = true", seed: 1)
    #expect(first == (try order("shuffle = true", seed: 1)))
    #expect(first != (try order("shuffle = true", seed: 2)))
    #expect(first != (0..<50).map(Double.init) && first.sorted() == (0..<50).map(Double.init))
    #expect(try order("shuffle = false", seed: 1) == (0..<50).map(Double.init))
    // `rows` takes the first so many of the shuffled ones.
    #expect(try order("shuffle = true\nrows = 10", seed: 1) == Array(first.prefix(10)))
  }

  @Test func digits() throws {
    let data = try experimentData("name = \"digits\"")
    #expect(data.rows == 1797 && data.columns == 64 && data.classNames == (0...9).map(String.init))
    #expect(data.inputs.allSatisfy { (0...16).contains($0) && $0 == $0.rounded() })
    // Images of each digit, as the data set's documentation counts them.
    let counts = (0...9).map { digit in data.labels.count { $0 == digit } }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
  }
}
