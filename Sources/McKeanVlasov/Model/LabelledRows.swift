/// The rows of one data file with their labels as the file has them.
struct LabelledRows {
  let path: String
  /// The file, and any other that was read with it.
  var files: [String]
  /// d.
  let columns: Int
  /// N × d, row-major.
  var inputs: [Double] = []
  var labels: [String] = []
  /// The line of each row, from 1; empty where the file is not text.
  var lines: [Int] = []

  init(path: String, columns: Int) { (self.path, files, self.columns) = (path, [path], columns) }

  /// Reads a file of any format: CSV, TSV, IDX or CIFAR, gzip or not.
  ///
  /// - Throws: `SimulationError.unreadableFile` with the line where there is one; `SimulationError.invalidValue` for a
  ///   label column that the file does not have.
  init(contentsOf path: String, label: LabelledData.LabelColumn) throws(SimulationError) {
    let isFetched = path.hasPrefix("./data/")  // as the built-in experiments name it
    let bytes = try DataFile.read(
      path, format: "a data file",
      absent: isFetched
        ? "there is no such file here; make data fetches the paper's data into data/ of the project"
        : "there is no such file")
    // An image of CIFAR may begin with the zeros that IDX begins with: there the name and the size decide.
    if CIFARFile.hasName(path), CIFARFile.hasSize(bytes.count) || !IDXFile.hasMagic(bytes) {
      self = try CIFARFile.rows(of: bytes, path: path, label: label)
    } else if IDXFile.hasMagic(bytes) {
      self = try IDXFile.rows(of: bytes, path: path, label: label)
    } else {
      self = try DelimitedFile.rows(of: bytes, path: path, label: label)
    }
  }
}
