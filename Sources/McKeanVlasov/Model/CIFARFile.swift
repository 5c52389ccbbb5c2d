/// The binary format of CIFAR-10 and CIFAR-100: images of 32 × 32 pixels in three colours, one byte each, after a byte of
/// label (CIFAR-10) or a coarse and a fine one (CIFAR-100).
///
/// Source: A. Krizhevsky, *The CIFAR-10 and CIFAR-100 datasets*, https://www.cs.toronto.edu/~kriz/cifar.html.
enum CIFARFile {
  private static let pixels = 3 * 32 * 32

  /// How many classes each byte of label tells apart.
  private static let formats = [[10], [20, 100]]

  static func hasName(_ path: String) -> Bool { path.hasSuffix(".bin") || path.hasSuffix(".bin.gz") }

  static func hasSize(_ count: Int) -> Bool { !formats(ofSize: count).isEmpty }

  private static func formats(ofSize count: Int) -> [[Int]] {
    count == 0 ? [] : formats.filter { count.isMultiple(of: $0.count + pixels) }
  }

  /// - Parameter label: of the two labels of CIFAR-100 the coarse one is `first`, the fine one `last`.
  static func rows(of bytes: [UInt8], path: String, label: LabelledData.LabelColumn) throws(SimulationError)
    -> LabelledRows
  {
    if case .named(let name) = label {
      throw .invalidValue(
        parameter: "label", found: "\"\(name)\"",
        allowed: "\"first\" or \"last\", since \(path) is a CIFAR file, which has no names of columns")
    }
    let candidates = formats(ofSize: bytes.count)
    guard let likeliest = candidates.first else {
      throw .unreadableFile(
        path: path, line: nil,
        problem: "it has \(bytes.count) bytes; a multiple of \(1 + pixels) (CIFAR-10) or \(2 + pixels) (CIFAR-100) "
          + "is expected")
    }
    // 3073 · 3074 bytes could be either
    let format = candidates.first { wrongLabel(in: bytes, $0) == nil } ?? likeliest
    if let wrong = wrongLabel(in: bytes, format) {
      throw .unreadableFile(
        path: path, line: nil,
        problem: "image \(wrong.image + 1) has label \(wrong.label); a label from 0 to \(wrong.classes - 1) is expected"
      )
    }
    var rows = LabelledRows(path: path, columns: pixels)
    rows.inputs.reserveCapacity(bytes.count)
    for start in stride(from: 0, to: bytes.count, by: format.count + pixels) {
      rows.labels.append("\(bytes[label == .first ? start : start + format.count - 1])")
      rows.inputs += bytes[start + format.count..<start + format.count + pixels].lazy.map(Double.init)
    }
    return rows
  }

  private static func wrongLabel(in bytes: [UInt8], _ format: [Int]) -> (image: Int, label: UInt8, classes: Int)? {
    for image in 0..<bytes.count / (format.count + pixels) {
      for (offset, classes) in format.enumerated() {
        let label = bytes[image * (format.count + pixels) + offset]
        if label >= classes { return (image, label, classes) }
      }
    }
    return nil
  }
}
