/// What an experiment learns from and what it is tested on, as `[data]` names them.
public struct LabelledDataSplit: Sendable {
  /// The training set.
  public let train: LabelledData
  /// The test set, where there is one: with the columns, the classes and the scaling of the training set.
  public let test: LabelledData?
  /// What a table calls the data: `digits`, or the names of the training files without their directories; then the test
  /// files, the keys that choose rows, classes and scaling, and the seed where rows are drawn, as in
  /// `digits rows=60 test-fraction=0.4 scaling=unit-interval seed=1`.
  public let name: String
  /// The paths of all files that were read, those of IDX labels too.
  public let files: [String]
}
