import Foundation

/// A table for people: columns as wide as their widest cell, two spaces apart, a line for each row.
func textTable(_ header: [String], _ rows: [[String]]) -> String {
  let lines = [header] + rows
  let widths = header.indices.map { column in lines.map { $0[column].count }.max()! }
  return lines.map { row in
    zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ").trimmingCharacters(in: .whitespaces) + "\n"
  }.joined()
}

extension Array where Element: Equatable {
  /// Each element once, in the order of their first places.
  var withoutRepetitions: [Element] { reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
}
