import TOMLKit

/// A value of an experiment file, free of the parser's own types.
public indirect enum ExperimentValue: Sendable, Hashable {
  case integer(Int)
  case number(Double)
  case word(String)
  case boolean(Bool)
  case list([ExperimentValue])
  case table([String: ExperimentValue])
  /// A date or a time, which no key takes.
  case date

  init(_ value: any TOMLValueConvertible) {
    switch value.type {
    case .int: self = .integer(value.int!)
    case .double: self = .number(value.double!)
    case .string: self = .word(value.string!)
    case .bool: self = .boolean(value.bool!)
    case .array: self = .list(value.array!.map { ExperimentValue($0) })
    case .table: self = .table(Dictionary(uniqueKeysWithValues: value.table!.map { ($0, ExperimentValue($1)) }))
    case .date, .time, .dateTime: self = .date
    }
  }

  /// The value as a sentence names it.
  var found: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .word(let value): Self.quoted(value)
    case .boolean(let value): "\(value)"
    case .date: "a date or a time"
    case .list(let values): values.count > 6 ? "a list of \(values.count)" : "the list \(toml)"
    case .table: "the table \(toml)"
    }
  }

  /// The value as the `setting` column names it.
  var text: String {
    if case .word(let value) = self { value } else { toml }
  }

  /// The value in TOML.
  public var toml: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .word(let value): Self.quoted(value)
    case .boolean(let value): "\(value)"
    case .date: "a date or a time"
    case .list(let values): "[" + values.map(\.toml).joined(separator: ", ") + "]"
    case .table(let table):
      "{ " + table.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.toml)" }.joined(separator: ", ") + " }"
    }
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      if scalar == "\\" || scalar == "\"" { return "\\\(scalar)" }
      guard scalar.properties.generalCategory == .control else { return String(scalar) }
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return "\"" + escaped.joined() + "\""
  }
}

extension ExperimentValue: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .word(let value): try container.encode(value)
    case .boolean(let value): try container.encode(value)
    case .date: try container.encode(toml)
    case .list(let values): try container.encode(values)
    case .table(let table): try container.encode(table)
    }
  }
}
