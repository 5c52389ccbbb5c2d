import Foundation
import McKeanVlasov
import Testing

/// Files made byte by byte in the formats of MNIST, CIFAR and gzip.
@Suite struct DataFormatTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func read(_ name: String, _ bytes: [UInt8], _ label: LabelledData.LabelColumn = .last) throws -> LabelledData
  {
    try LabelledData(contentsOf: directory.file(name, bytes: bytes), label: label)
  }

  private func refusal(_ name: String, _ bytes: [UInt8], _ label: LabelledData.LabelColumn = .last) -> SimulationError?
  {
    do {
      _ = try read(name, bytes, label)
      return nil
    } catch { return error as? SimulationError }
  }

  private func unreadable(_ name: String, _ problem: String) -> SimulationError {
    .unreadableFile(path: directory.path + "/" + name, line: nil, problem: problem)
  }

  // MARK: - gzip

  private static let table = Array("1,2,a\n3,4,b\n".utf8)

  private func expectTable(_ data: LabelledData, copies: Int = 1) {
    #expect(data.inputs == Array(repeating: [1, 2, 3, 4], count: copies).flatMap { $0 })
    #expect(data.labels == Array(repeating: [0, 1], count: copies).flatMap { $0 })
    #expect(data.classNames == ["a", "b"])
  }

  /// The content tells, not the name.
  @Test(arguments: ["data.csv", "data.csv.gz", "data"]) func gzipOfAnyName(name: String) throws {
    expectTable(try read(name, DataBytes.gzip(Self.table)))
    expectTable(try read(name, Self.table))
  }

  /// Twenty copies of the table, as Python's `gzip.compress` writes them.
  @Test func gzipOfAnotherProgram() throws {
    let text = "H4sIAAAAAAACAzPUMdJJ5DLWMdFJ4jIcAWwAu9h6ufAAAAA="
    expectTable(try read("data.csv", [UInt8](try #require(Data(base64Encoded: text)))), copies: 20)
  }

  @Test func gzipOfSeveralMembers() throws {
    let (first, second) = (Self.table.prefix(9), Self.table.dropFirst(9))
    let members = DataBytes.gzip(Array(first)) + DataBytes.gzip(Array(second))
    expectTable(try read("data.csv", members))
    expectTable(try read("data.csv", members + [0, 0, 0]))
  }

  @Test func gzipFilesThatAreNotWhole() {
    let whole = DataBytes.gzip(Self.table)
    let expected = "; a whole gzip file is expected"
    for count in 2..<whole.count {
      #expect(
        refusal("a", Array(whole.prefix(count))) == unreadable("a", "its gzip content ends too early" + expected))
    }
    #expect(
      refusal("a", whole + [7]) == unreadable("a", "its gzip content is followed by other bytes" + expected))
    var changed = whole
    changed[15] ^= 1  // the first byte of the content
    #expect(
      refusal("a", changed) == unreadable("a", "its gzip content is corrupt (incorrect data check)" + expected))
  }

  // MARK: - IDX

  private static let images = DataBytes.idx(
    magic: 0x803, sizes: [3, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7, 255, 254, 128, 127])
  private static let labels = DataBytes.idx(magic: 0x801, sizes: [3], [7, 0, 7])

  @Test(arguments: [
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"), ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"),
    ("images.gz", "labels.gz"), ("images.bin", "labels.bin"),
  ])
  func imagesWithTheirLabels(images: String, labels: String) throws {
    for isPacked in [false, true] {
      _ = try directory.file(labels, bytes: isPacked ? DataBytes.gzip(Self.labels) : Self.labels)
      let data = try read(images, isPacked ? DataBytes.gzip(Self.images) : Self.images)
      #expect(data.inputs == [0, 1, 2, 3, 4, 5, 6, 7, 255, 254, 128, 127])
      #expect(data.columns == 4 && data.rows == 3 && data.labels == [1, 0, 1] && data.classNames == ["0", "7"])
    }
  }

  @Test(
    arguments: [
      (Array(images.dropLast()), "it has 27 bytes; 28 are expected of IDX images, 3 × 2 × 2"),
      (images + [0], "it has 29 bytes; 28 are expected of IDX images, 3 × 2 × 2"),
      (Array(images.prefix(12)), "it has 12 bytes; at least 16 are expected of IDX images"),
      (Array(images.prefix(2)), "it has 2 bytes; 0x00000803, of IDX images, is expected"),
      (labels, "its magic number is 0x00000801; 0x00000803, of IDX images, is expected"),
      (DataBytes.idx(magic: 0x803, sizes: [0, 2, 2], []), "it holds 0 × 2 × 2 values; at least one is expected"),
      (
        DataBytes.idx(magic: 0x803, sizes: [.max, .max, .max], []),
        "it has 16 bytes; 7.9228162458924105e+28 are expected of IDX images, 4294967295 × 4294967295 × 4294967295"
      ),
    ] as [([UInt8], String)])
  func imagesThatAreNotWhole(bytes: [UInt8], problem: String) throws {
    _ = try directory.file("labels", bytes: Self.labels)
    #expect(refusal("images", bytes) == unreadable("images", problem))
  }

  @Test func labelsThatDoNotFit() throws {
    #expect(
      refusal("images", Self.images)
        == unreadable("labels", "there is no such file; the labels of images are expected in it"))
    #expect(
      refusal("pictures", Self.images)
        == unreadable(
          "pictures",
          "it holds IDX images; a name with \"images\" is expected, which \"labels\" in the name of the file of their "
            + "labels replaces"))
    for (bytes, problem) in [
      (DataBytes.idx(magic: 0x801, sizes: [2], [7, 0]), "it has 2 labels; 3 are expected, one an image of images"),
      (Array(Self.labels.dropLast()), "it has 10 bytes; 11 are expected of IDX labels, 3"),
      (Self.images, "its magic number is 0x00000803; 0x00000801, of IDX labels, is expected"),
      ([], "it is empty; IDX labels are expected"),
    ] {
      _ = try directory.file("labels", bytes: bytes)
      #expect(refusal("images", Self.images) == unreadable("labels", problem))
    }
    #expect(
      refusal("images", Self.images, .named("kind"))
        == .invalidValue(
          parameter: "label", found: "\"kind\"",
          allowed: "no name of a column, since \(directory.path)/images is an IDX file, whose labels are in a file of "
            + "their own"))
  }

  // MARK: - CIFAR

  @Test(arguments: ["data_batch_1.bin", "test.bin.gz"]) func imagesOfCIFAR10(name: String) throws {
    // The first image begins as IDX does, with zeros.
    let bytes = DataBytes.image([0], first: 0) + DataBytes.image([9], first: 100)
    for data in try [read(name, bytes), read(name, DataBytes.gzip(bytes)), read(name, bytes, .first)] {
      #expect(data.rows == 2 && data.columns == 3072 && data.labels == [0, 1] && data.classNames == ["0", "9"])
      #expect(data.inputs[0..<3] == [0, 1, 2] && data.inputs[3072..<3075] == [100, 101, 102])
      #expect(data.inputs.last == Double((3071 + 100) % 251))
    }
  }

  @Test func imagesOfCIFAR100() throws {
    let bytes =
      DataBytes.image([19, 99], first: 5) + DataBytes.image([2, 11], first: 6) + DataBytes.image([2, 99], first: 7)
    let fine = try read("train.bin", bytes)
    #expect(fine.classNames == ["11", "99"] && fine.labels == [1, 0, 1] && fine.columns == 3072)
    #expect(fine.inputs[0] == 5 && fine.inputs[3072] == 6 && fine.inputs[6144] == 7)
    let coarse = try read("train.bin", bytes, .first)
    #expect(coarse.classNames == ["2", "19"] && coarse.labels == [1, 0, 0] && coarse.inputs == fine.inputs)
  }

  /// 3073 · 3074 bytes may be either format: the labels tell.
  @Test func imagesOfASizeOfBothFormats() throws {
    let ten = (0..<3074).flatMap { DataBytes.image([UInt8($0 % 10)], first: $0) }
    #expect(try read("a.bin", ten).classes == 10)
    let hundred = (0..<3073).flatMap { DataBytes.image([UInt8($0 % 20), UInt8($0 % 100)], first: $0) }
    #expect(try read("a.bin", hundred).classes == 100)
  }

  @Test func imagesOfCIFARThatAreNotWhole() {
    let image = DataBytes.image([3], first: 1)
    for (bytes, count) in [(Array(image.dropLast()), 3072), (image + image + [1], 6147), ([], 0)] {
      #expect(
        refusal("a.bin", bytes)
          == unreadable("a.bin", "it has \(count) bytes; a multiple of 3073 (CIFAR-10) or 3074 (CIFAR-100) is expected")
      )
    }
    #expect(
      refusal("a.bin", image + DataBytes.image([10], first: 1))
        == unreadable("a.bin", "image 2 has label 10; a label from 0 to 9 is expected"))
    #expect(
      refusal("a.bin", DataBytes.image([19, 100], first: 1))
        == unreadable("a.bin", "image 1 has label 100; a label from 0 to 99 is expected"))
    #expect(
      refusal("a.bin", image, .named("kind"))
        == .invalidValue(
          parameter: "label", found: "\"kind\"",
          allowed: "\"first\" or \"last\", since \(directory.path)/a.bin is a CIFAR file, which has no names of columns"
        ))
  }

  // MARK: - Numbers

  /// Digits by their value, and everything else as Swift reads it: the nearest double to the bit.
  @Test func numbersAreTheNearestDoubles() throws {
    var texts = [
      "0", "-0", "+1", "1.", ".5", "-.5", "123456789012345", "1234567890123456", "0.1", "0.3", "-4.3497511", "1e5",
      "9007199254740993", "0.000000000000001", "0.1234567890123456789", "2.2250738585072014e-308", "1e-400", "0x1p-3",
      "00012.500", "999999999999999", "99999.9999999999",
    ]
    for k in 0..<2000 {
      let u = Philox.uniforms(counter: SIMD4(UInt32(k), 0, 0, 0), key: SIMD2(8, 0))
      let value = (u.first - 0.5) * pow(10, (12 * u.second).rounded())
      texts += ["\(value)", String(format: "%.\(k % 9)f", value)]
    }
    let data = try read("data.csv", Array(texts.map { "\($0),a\n" }.joined().utf8))
    #expect(data.rows == texts.count)
    for (text, value) in zip(texts, data.inputs) {
      #expect(Double(text)?.bitPattern == value.bitPattern, "\(text)")
    }
    for wrong in [".", "-", "--1", "1-", "1.2.3", "1 2", "1e999", "١"] {
      let problem = "column 1 holds \"\(wrong)\"; a finite number is expected"
      #expect(
        refusal("data.csv", Array("5,a\n\(wrong),a\n".utf8))
          == .unreadableFile(path: directory.path + "/data.csv", line: 2, problem: problem))
    }
  }

  /// CR alone ends a line too; a byte order mark is no part of the first number.
  @Test(arguments: ["1,2,a\r3,4,b\r", "\u{FEFF}1,2,a\n3,4,b\n", "\r\n1,2,a\r\n\r\n3,4,b"])
  func endsOfLines(text: String) throws {
    expectTable(try read("data.csv", Array(text.utf8)))
    let line = text.hasPrefix("\r\n") ? 4 : 2
    #expect(
      refusal("data.csv", Array(text.replacing("3,4", with: "3,4,5").utf8))
        == .unreadableFile(
          path: directory.path + "/data.csv", line: line, problem: "4 columns found; 3 expected, as above"))
  }
}
