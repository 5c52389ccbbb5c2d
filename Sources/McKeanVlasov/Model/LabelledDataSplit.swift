/// What an experiment learns from and what it is tested on, as `[data]` names them.
public struct LabelledDataSplit: Sendable {
  /// The training set.
  public let train: LabelledData
  /// The test set, where there is one: with the columns, the classes and the scaling of the training set.
  public let test: LabelledData?
  /// What a table calls the data: `digits`, or the name of the training file without its directory, of several the first;
  /// then the keys that choose rows and classes, as in `digits rows=60 test-fraction=0.4`.
  public let name: String
  /// The paths of all files that were read, those of IDX labels too.
  public let files: [String]
}
