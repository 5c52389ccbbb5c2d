/// A CSV file: rows of named fields.
struct Table {
  let header: String
  let columns: [String]
  let rows: [[String: String]]

  init(_ text: String) {
    var records: [[String]] = []
    var (record, field, isQuoted): ([String], String, Bool) = ([], "", false)
    for character in text {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        record.append(field)
        field = ""
      case "\n" where !isQuoted:
        records.append(record + [field])
        (record, field) = ([], "")
      default: field.append(character)
      }
    }
    header = text.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? ""
    let columns = records.first ?? []
    self.columns = columns
    rows = records.dropFirst().map { record in Dictionary(uniqueKeysWithValues: zip(columns, record)) }
  }

  /// The values of some columns, row by row.
  func values(_ names: String...) -> [[String]] { rows.map { row in names.map { row[$0]! } } }

  /// The rows in which the columns have the given values.
  func rows(where conditions: [String: String]) -> [[String: String]] {
    rows.filter { row in conditions.allSatisfy { row[$0.key] == $0.value } }
  }
}
