/// Tables of text, CSV or TSV: one row a line, one column of labels, with or without a header.
enum DelimitedFile {
  static func rows(of bytes: [UInt8], path: String, label: LabelledData.LabelColumn) throws(SimulationError)
    -> LabelledRows
  {
    func unreadable(_ line: Int?, _ problem: String) -> SimulationError {
      .unreadableFile(path: path, line: line, problem: problem)
    }
    guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
      throw unreadable(nil, "it is not text; CSV or TSV is expected")
    }
    let lines = lines(of: bytes)
    guard let first = lines.first else { throw unreadable(nil, "it is empty; CSV or TSV is expected") }
    let separator: UInt8 = bytes[first.range].contains(tab) ? tab : UInt8(ascii: ",")
    func text(_ cell: Range<Int>) -> String { String(decoding: bytes[cell], as: UTF8.self) }
    var cells: [Range<Int>] = []
    func split(_ line: Line) -> [String] {
      Self.split(bytes, line.range, at: separator, into: &cells)
      return cells.map(text)
    }

    // A header is a first line with a word where the second line has a number, or the only line, of nothing but words.
    let firstCells = split(first)
    let secondCells = lines.count > 1 ? split(lines[1]) : []
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
      throw unreadable(
        first.number, "one column found; a label and at least one input are needed, separated by commas or tabs")
    }

    // "NA" where the second row has a number is no header if other cells of the first row are numbers
    let names = firstCells.indices.filter { $0 != labelIndex }.map { firstCells[$0] }
    if hasHeader, lines.count > 1, let word = names.first(where: { Double($0) == nil }),
      let number = firstCells.first(where: { Double($0) != nil })
    {
      throw unreadable(
        first.number,
        "\"\(word)\" and \"\(number)\" found side by side; words alone are expected of a header, numbers alone of inputs"
      )
    }

    var rows = LabelledRows(path: path, columns: firstCells.count - 1)
    rows.inputs.reserveCapacity(lines.count * rows.columns)
    for line in lines.dropFirst(hasHeader ? 1 : 0) {
      Self.split(bytes, line.range, at: separator, into: &cells)
      guard cells.count == firstCells.count else {
        throw unreadable(line.number, "\(cells.count) columns found; \(firstCells.count) expected, as above")
      }
      for column in cells.indices where column != labelIndex {
        guard let value = number(bytes, cells[column]), value.isFinite else {
          throw unreadable(
            line.number, "column \(column + 1) holds \"\(text(cells[column]))\"; a finite number is expected")
        }
        rows.inputs.append(value)
      }
      let label = text(cells[labelIndex])
      guard !label.isEmpty, Double(label)?.isNaN != true else {
        throw unreadable(line.number, "column \(labelIndex + 1) holds \"\(label)\"; a label is expected")
      }
      rows.labels.append(label)
      rows.lines.append(line.number)
    }
    guard !rows.labels.isEmpty else { throw unreadable(nil, "it has a header and no data") }
    return rows
  }

  // MARK: - Bytes

  private typealias Line = (number: Int, range: Range<Int>)

  private static let tab = UInt8(ascii: "\t")
  private static let quote = UInt8(ascii: "\"")

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == tab }

  /// The lines that hold something, without their ends: LF, CR LF or CR.
  private static func lines(of bytes: [UInt8]) -> [Line] {
    let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var lines: [Line] = []
    var number = 1
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0  // a byte order mark
    func endLine(at end: Int) {
      if !bytes[start..<end].allSatisfy(isBlank) { lines.append((number, start..<end)) }
      number += 1
      start = end + 1
    }
    for (position, byte) in bytes.enumerated() {
      switch byte {
      case lineFeed where position == start && position > 0 && bytes[position - 1] == carriageReturn: start += 1
      case lineFeed, carriageReturn: endLine(at: position)
      default: break
      }
    }
    endLine(at: bytes.count)
    return lines
  }

  /// The cells of a line without the blanks and quotes around them; a separator within quotes does not separate.
  private static func split(
    _ bytes: [UInt8], _ line: Range<Int>, at separator: UInt8, into cells: inout [Range<Int>]
  ) {
    cells.removeAll(keepingCapacity: true)
    func append(_ cell: Range<Int>) {
      var (start, end) = (cell.lowerBound, cell.upperBound)
      while start < end, isBlank(bytes[start]) || bytes[start] == quote { start += 1 }
      while start < end, isBlank(bytes[end - 1]) || bytes[end - 1] == quote { end -= 1 }
      cells.append(start..<end)
    }
    var isQuoted = false
    var start = line.lowerBound
    for position in line {
      if bytes[position] == quote { isQuoted.toggle() }
      if bytes[position] == separator, !isQuoted {
        append(start..<position)
        start = position + 1
      }
    }
    append(start..<line.upperBound)
  }

  /// The number that fills a cell, nil where there is none.
  private static func number(_ bytes: [UInt8], _ cell: Range<Int>) -> Double? {
    simpleDecimal(bytes, cell) ?? Double(String(decoding: bytes[cell], as: UTF8.self))
  }

  /// The number that at most 15 digits write without an exponent, nil for all others.
  ///
  /// The digits and the power of ten are both exact in double precision, so their quotient is the nearest double.
  private static func simpleDecimal(_ bytes: [UInt8], _ cell: Range<Int>) -> Double? {
    let isNegative = !cell.isEmpty && bytes[cell.lowerBound] == UInt8(ascii: "-")
    let unsigned = isNegative ? cell.dropFirst() : cell
    var (digits, count, point) = (0, 0, -1)
    for position in unsigned {
      let digit = Int(bytes[position]) - Int(UInt8(ascii: "0"))
      if (0...9).contains(digit) {
        digits = 10 * digits + digit
        count += 1
        if count > 15 { return nil }
      } else if bytes[position] == UInt8(ascii: "."), point < 0 {
        point = position
      } else {
        return nil
      }
    }
    guard count > 0 else { return nil }
    let magnitude = Double(digits) / powersOfTen[point < 0 ? 0 : unsigned.upperBound - 1 - point]
    return isNegative ? -magnitude : magnitude
  }

  private static let powersOfTen = (0...15).map { (0..<$0).reduce(1.0) { power, _ in 10 * power } }
}
