import Foundation
import McKeanVlasov
import Testing

/// Training and test set as `[data]` names them.
@Suite struct LabelledDataSplitTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The data of a network experiment with these lines in [data].
  private func data(_ lines: String, seed: Int = 1) throws -> LabelledDataSplit {
    let text = ExperimentText.network(data: lines, seed: seed)
    return try #require(try Experiment(text: text, name: "test.toml", directory: directory.path).data)
  }

  private func refusal(_ lines: String) -> String? {
    do {
      _ = try data(lines)
      return nil
    } catch { return "\(error)" }
  }

  /// Row k of class k mod 3, with 1 of class 9 at the end.
  private func writeNumberedRows() throws {
    _ = try directory.file("numbered.csv", (0..<60).map { "\($0),\($0 % 3)\n" }.joined() + "60,9\n")
  }

  // MARK: - Test files

  @Test func aTestFileHasTheClassesOfTraining() throws {
    let train = try directory.file("train.csv", "1,2,a\n3,4,b\n5,6,c\n")
    let test = try directory.file("test.csv", "7,8,c\n9,0,a\n")
    let data = try data("train = \"train.csv\"\ntest = \"\(test)\"\nrows = 2")
    #expect(data.train.inputs == [1, 2, 3, 4] && data.train.labels == [0, 1])
    #expect(data.test?.inputs == [7, 8, 9, 0] && data.test?.labels == [2, 0])
    #expect(data.test?.classNames == ["a", "b", "c"])
    #expect(data.name == "train.csv test=test.csv rows=2" && data.files == [train, test])
  }

  @Test func withoutATestFileThereIsNoTestSet() throws {
    let data = try data("name = \"digits\"")
    #expect(data.test == nil && data.name == "digits" && data.files.count == 1)
    #expect(data.files[0].hasSuffix("/digits.csv"))
  }

  @Test func severalFilesAreOneTrainingSet() throws {
    let first = try directory.file("1.csv", "1,b\n2,c\n")
    let second = try directory.file("2.tsv", "x\tkind\n3\ta\n")
    let data = try data("train = [\"1.csv\", \"2.tsv\"]")
    #expect(data.train.inputs == [1, 2, 3] && data.train.labels == [1, 2, 0])
    #expect(data.train.classNames == ["a", "b", "c"])
    #expect(data.name == "1.csv+2.tsv" && data.files == [first, second])
    _ = try directory.file("3.csv", "1,2,a\n")
    #expect(
      refusal("train = [\"1.csv\", \"3.csv\"]")
        == "test.toml, line 2, data.train: \(directory.path)/3.csv: 2 inputs a row found; 1 expected, as in \(first).")
  }

  /// Data that differ have names that differ.
  @Test func theNameSaysWhichRowsAndHowScaled() throws {
    try writeNumberedRows()
    let file = "train = \"numbered.csv\"\n"
    #expect(
      try data(file + "test-fraction = 0.5\nscaling = \"z-score\"").name
        == "numbered.csv test-fraction=0.5 scaling=z-score seed=1")
    #expect(
      try data(file + "shuffle = true\nrows = 9\nscaling = { shift = 2.0, factor = 0.5 }").name
        == "numbered.csv shuffle=true rows=9 factor=0.5 shift=2.0 seed=1")
    #expect(
      try data(file + "shuffle = false\nclass-against-rest = 9").name
        == "numbered.csv class-against-rest=9 shuffle=false")
  }

  @Test func aScalingThatOverflowsIsRefused() throws {
    _ = try directory.file("large.csv", "3,a\n1e300,b\n")
    #expect(
      refusal("train = \"large.csv\"\nscaling = { factor = 1e10 }")?.contains("line 3, data.scaling: found") == true)
    #expect(refusal("train = \"large.csv\"\nscaling = { factor = 1e8 }") == nil)
  }

  @Test func labelsOfImagesAreFilesToo() throws {
    let images = try directory.file("images", bytes: DataBytes.idx(magic: 0x803, sizes: [2, 1, 1], [5, 6]))
    let labels = try directory.file("labels", bytes: DataBytes.idx(magic: 0x801, sizes: [2], [1, 0]))
    #expect(try data("train = \"images\"").files == [images, labels])
  }

  @Test func testFilesThatDoNotFit() throws {
    let train = try directory.file("train.csv", "1,2,a\n3,4,b\n")
    let test = try directory.file("test.csv", "7,8,a\n\n9,0,c\n")
    #expect(
      refusal("train = \"train.csv\"\ntest = \"test.csv\"")
        == "test.toml, line 3, data.test: \(test), line 3: the label \"c\" found, which \(train) never has; "
        + "one of its labels is expected: a, b.")
    _ = try directory.file("test.csv", "7,a\n")
    #expect(
      refusal("train = \"train.csv\"\ntest = \"test.csv\"")
        == "test.toml, line 3, data.test: \(test): 1 inputs a row found; 2 expected, as in \(train).")
    _ = try directory.file("test.csv", "7,8,a\n")
    #expect(
      refusal("train = \"train.csv\"\ntest = \"test.csv\"\ntest-fraction = 0.5")
        == "test.toml, line 4, data.test-fraction: found both test and test-fraction; allowed: one of them.")
  }

  // MARK: - Scaling

  /// Constants are those of the training set: 7 the largest, column means 2 and 7, standard deviations 2 and 0.
  @Test(
    arguments: [
      ("scaling = \"unit-interval\"", [16.0 / 7, 1.0, 0, 1 / 7.0]), ("scaling = \"z-score\"", [7.0, 0, -1, 0]),
      ("scaling = { shift = 1, factor = 2 }", [30.0, 12, -2, 0]),
    ] as [(String, [Double])])
  func scalingOfTheTestSetIsThatOfTraining(lines: String, inputs: [Double]) throws {
    _ = try directory.file("train.csv", "0,7,a\n4,7,b\n")
    _ = try directory.file("test.csv", "16,7,a\n0,1,b\n")
    let test = try #require(try data("train = \"train.csv\"\ntest = \"test.csv\"\n" + lines).test)
    #expect(test.inputs == inputs)
  }

  @Test func scalingOfASplitIsThatOfItsTrainingPart() throws {
    try writeNumberedRows()
    let plain = try data("train = \"numbered.csv\"\ntest-fraction = 0.5\nshuffle = true\nrows = 40")
    let scaled = try data(
      "train = \"numbered.csv\"\ntest-fraction = 0.5\nshuffle = true\nrows = 40\nscaling = \"unit-interval\"")
    let largest = try #require(plain.train.inputs.max())
    #expect(scaled.train.inputs == plain.train.inputs.map { $0 / largest })
    #expect(try #require(scaled.test).inputs == #require(plain.test).inputs.map { $0 / largest })
  }

  // MARK: - test-fraction

  /// 20 rows of each of three classes, one of the fourth, which stays in training.
  @Test(arguments: [(0.25, 5), (0.23, 5), (0.2, 4), (0.999, 19)])
  func splitsAreStratified(fraction: Double, count: Int) throws {
    try writeNumberedRows()
    let data = try data("train = \"numbered.csv\"\ntest-fraction = \(fraction)")
    let test = try #require(data.test)
    for label in 0..<3 {
      #expect(test.labels.count { $0 == label } == count && data.train.labels.count { $0 == label } == 20 - count)
    }
    #expect(data.train.labels.count { $0 == 3 } == 1)
    for part in [data.train, test] {
      for (input, label) in zip(part.inputs, part.labels) {
        #expect(input == 60 ? label == 3 : Int(input) % 3 == label)
      }
      #expect(part.inputs == part.inputs.sorted() && part.classNames == ["0", "1", "2", "9"])
    }
    #expect((data.train.inputs + test.inputs).sorted() == (0...60).map(Double.init))
    #expect(data.files.count == 1)
  }

  @Test func splitsAreSeeded() throws {
    try writeNumberedRows()
    func test(seed: Int) throws -> [Double] {
      try #require(try data("train = \"numbered.csv\"\ntest-fraction = 0.5", seed: seed).test).inputs
    }
    #expect(try test(seed: 1) == test(seed: 1))
    #expect(try test(seed: 1) != test(seed: 2))
  }

  /// The rows that a split takes are those of largest uniforms of counter (row, 0, 1, 3), not of the shuffle's (row, 0, 0, 3).
  @Test func splitsAreOfCountersOfTheirOwn() throws {
    _ = try directory.file("two-classes.csv", (0..<40).map { "\($0),a\n" }.joined() + "40,b\n")
    func largest(component: UInt32) -> [Double] {
      let uniforms = (0..<40).map {
        Philox.uniforms(counter: SIMD4(UInt32($0), 0, component, 3), key: SIMD2(1, .max)).first
      }
      return (0..<40).sorted { uniforms[$0] < uniforms[$1] }.suffix(10).map(Double.init).sorted()
    }
    let test = try #require(try data("train = \"two-classes.csv\"\ntest-fraction = 0.25").test)
    #expect(test.inputs == largest(component: 1) && test.inputs != largest(component: 0))
  }

  @Test func splitsThatTakeNothing() throws {
    try writeNumberedRows()
    #expect(
      refusal("train = \"numbered.csv\"\ntest-fraction = 0.01")
        == "test.toml, line 3, data.test-fraction: found 0.01, which takes none of 61 rows; allowed: a number that "
        + "takes a row of at least one class and leaves it another.")
  }

  // MARK: - class-against-rest

  @Test(arguments: ["\"2\"", "2", "2.0"]) func oneClassAgainstTheRest(label: String) throws {
    _ = try directory.file("train.csv", "0,1\n1,2\n2,3\n3,2\n")
    _ = try directory.file("test.csv", "4,3\n5,2\n")
    let data = try data("train = \"train.csv\"\ntest = \"test.csv\"\nclass-against-rest = \(label)")
    #expect(data.train.classNames == ["2", "rest"] && data.train.labels == [1, 0, 1, 0])
    #expect(data.test?.classNames == ["2", "rest"] && data.test?.labels == [1, 0])
    #expect(data.train.inputs == [0, 1, 2, 3])
  }

  @Test func classesAsTheFileHasThem() throws {
    let train = try directory.file("train.csv", "0,1.00\n1,2.00\n")
    #expect(try data("train = \"train.csv\"\nclass-against-rest = 2").train.classNames == ["2.00", "rest"])
    #expect(
      refusal("train = \"train.csv\"\nclass-against-rest = \"2\"")
        == "test.toml, line 3, data.class-against-rest: found \"2\"; allowed: a label of \(train): 1.00, 2.00.")
    #expect(
      refusal("train = \"train.csv\"\nclass-against-rest = true")
        == "test.toml, line 3, data.class-against-rest: found true; allowed: a label: text in quotes or a number.")
  }

  /// A split is stratified by the two classes, and keeps one row of each.
  @Test func aSplitOfOneClassAgainstTheRest() throws {
    try writeNumberedRows()
    let data = try data("train = \"numbered.csv\"\nclass-against-rest = 9\ntest-fraction = 0.5")
    #expect(data.train.labels.count { $0 == 0 } == 1 && data.train.labels.count { $0 == 1 } == 30)
    #expect(data.test?.labels == Array(repeating: 1, count: 30))
  }
}
