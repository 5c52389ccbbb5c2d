import Foundation

/// The format of MNIST: images in one file, their labels in another.
///
/// A file is a magic number, the sizes of its axes (32 bits each, the most significant byte first) and one byte a value.
///
/// Source: Y. LeCun, C. Cortes, C. J. C. Burges, *The MNIST database of handwritten digits*.
enum IDXFile {
  /// Bytes (08) on three axes: images, rows, columns.
  private static let images: UInt32 = 0x0000_0803
  /// Bytes on one axis.
  private static let labels: UInt32 = 0x0000_0801

  static func hasMagic(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0, 0]) }

  /// The images of a file with the labels of the file beside it whose name has `labels` for `images`, `idx1` for `idx3`.
  static func rows(of bytes: [UInt8], path: String, label: LabelledData.LabelColumn) throws(SimulationError)
    -> LabelledRows
  {
    if case .named(let name) = label {
      throw .invalidValue(
        parameter: "label", found: "\"\(name)\"",
        allowed: "no name of a column, since \(path) is an IDX file, whose labels are in a file of their own")
    }
    let sizes = try axes(of: bytes, path: path, magic: images, meaning: "IDX images")
    let name = (path as NSString).lastPathComponent
    guard name.contains("images") else {
      throw .unreadableFile(
        path: path, line: nil,
        problem: "it holds IDX images; a name with \"images\" is expected, which \"labels\" in the name of the file of "
          + "their labels replaces")
    }
    let directory = String(path.dropLast(name.count))
    let labelPath = directory + name.replacing("images", with: "labels").replacing("idx3", with: "idx1")
    let labelBytes = try DataFile.read(
      labelPath, format: "IDX labels", absent: "there is no such file; the labels of \(name) are expected in it")
    let count = try axes(of: labelBytes, path: labelPath, magic: labels, meaning: "IDX labels")[0]
    guard count == sizes[0] else {
      throw .unreadableFile(
        path: labelPath, line: nil, problem: "it has \(count) labels; \(sizes[0]) are expected, one an image of \(name)"
      )
    }
    var rows = LabelledRows(path: path, columns: sizes[1] * sizes[2])
    rows.files.append(labelPath)
    rows.inputs = bytes[16...].map(Double.init)
    rows.labels = labelBytes[8...].map { "\($0)" }
    return rows
  }

  /// The sizes of the axes, when the file has that magic number and as many bytes as they say.
  private static func axes(of bytes: [UInt8], path: String, magic: UInt32, meaning: String) throws(SimulationError)
    -> [Int]
  {
    func unreadable(_ problem: String) -> SimulationError { .unreadableFile(path: path, line: nil, problem: problem) }
    func number(at start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    func hexadecimal(_ number: Int) -> String { "0x" + String(format: "%08x", number) }
    guard !bytes.isEmpty else { throw unreadable("it is empty; \(meaning) are expected") }
    guard bytes.count >= 4, number(at: 0) == magic else {
      let found = bytes.count >= 4 ? "its magic number is \(hexadecimal(number(at: 0)))" : "it has \(bytes.count) bytes"
      throw unreadable("\(found); \(hexadecimal(Int(magic))), of \(meaning), is expected")
    }
    let header = 4 + 4 * Int(magic & 0xFF)
    guard bytes.count >= header else {
      throw unreadable("it has \(bytes.count) bytes; at least \(header) are expected of \(meaning)")
    }
    let sizes = stride(from: 4, to: header, by: 4).map(number(at:))
    let shape = sizes.map(String.init).joined(separator: " × ")
    guard sizes.allSatisfy({ $0 > 0 }) else { throw unreadable("it holds \(shape) values; at least one is expected") }
    // three sizes of 32 bits may be more than 64 bits hold
    let expected = sizes.reduce(1.0) { $0 * Double($1) } + Double(header)
    guard Double(bytes.count) == expected else {
      let count = expected < 0x1p53 ? "\(Int(expected))" : "\(expected)"
      throw unreadable("it has \(bytes.count) bytes; \(count) are expected of \(meaning), \(shape)")
    }
    return sizes
  }
}
