import Foundation
import McKeanVlasov

/// Small data and networks.
enum TestData {
  /// Four points in three dimensions, of three classes.
  static func threeClasses() throws -> LabelledData {
    let directory = try TemporaryDirectory()
    let text = "0.3,-1.2,0.7,0\n1.1,0.4,-0.6,2\n-0.8,0.9,0.2,1\n0.5,0.6,1.4,0\n"
    return try LabelledData(contentsOf: directory.file("data.csv", text), label: .last)
  }

  static func oneClass() throws -> LabelledData {
    let directory = try TemporaryDirectory()
    return try LabelledData(contentsOf: directory.file("data.csv", "0.3,7\n1.1,7\n"), label: .last)
  }

  static func network(
    _ activation: Activation, loss: Loss = .crossEntropy, weightDecay: Double = 0,
    outputInitial: InitialLaw = .normal(mean: 0, standardDeviation: 1)
  ) throws -> TwoLayerNetwork {
    try TwoLayerNetwork(
      data: threeClasses(), activation: activation, loss: loss, weightDecay: weightDecay,
      outputInitial: outputInitial)
  }
}

extension TestData {
  /// The numbers of a float64 file of NumPy's format 1.0.
  static func numbers(inNumPyFile path: String) throws -> [Double] {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let start = 10 + Int(bytes[8]) + 256 * Int(bytes[9])
    return stride(from: start, to: bytes.count, by: 8).map { offset in
      Double(bitPattern: bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
  }
}

extension TestData {
  /// Five points in two dimensions, of two classes.
  static func twoClasses() throws -> LabelledData {
    let directory = try TemporaryDirectory()
    let text = "0.3,-1.2,0\n1.1,0.4,1\n-0.8,0.9,1\n0.5,0.6,0\n-0.2,0.1,1\n"
    return try LabelledData(contentsOf: directory.file("data.csv", text), label: .last)
  }

  /// Uniform numbers, with the classes in turn.
  static func generated(rows: Int, columns: Int, classes: Int) throws -> LabelledData {
    let directory = try TemporaryDirectory()
    let text = (0..<rows).map { row in
      let cells = (0..<columns).map { column in
        "\(Philox.uniforms(counter: SIMD4(UInt32(row), UInt32(column), 0, 0), key: SIMD2(3, 0)).first)"
      }
      return cells.joined(separator: ",") + ",\(row % classes)\n"
    }
    return try LabelledData(contentsOf: directory.file("data.csv", text.joined()), label: .last)
  }

  /// One number a row.
  static func column(_ inputs: [Double], labels: [Int]) throws -> LabelledData {
    let directory = try TemporaryDirectory()
    let text = zip(inputs, labels).map { "\($0),\($1)\n" }.joined()
    return try LabelledData(contentsOf: directory.file("data.csv", text), label: .last)
  }
}
