/// A model that takes a part of some data at each step, and another one at the next.
///
/// A batch holds for one step of the coarsest of the systems that are simulated together: were the finer ones to see others,
/// their difference would be of the order of the square root of the step.
public protocol MinibatchModel: SinglePrecisionModel {
  /// B; nil where every step takes all data.
  var batchSize: Int? { get }
  /// Batches of one pass through the data.
  var batchesAPass: Int { get }
  /// The order of the data in a pass, from 0, of a replica.
  func order(ofPass pass: Int, seed: UInt32, replica: UInt32) -> [Int]
  /// The model of a batch of a pass, from 0; its shape is this model's.
  func batch(_ index: Int, inOrder order: [Int]) -> any SinglePrecisionModel
}

/// The batches of one replica, step after step.
struct Batches {
  private let model: any MinibatchModel
  private let seed, replica: UInt32
  private var pass: (number: Int, order: [Int])?

  init(_ model: any MinibatchModel, seed: UInt32, replica: UInt32) {
    (self.model, self.seed, self.replica) = (model, seed, replica)
  }

  /// The model of a step of the coarsest system, from 0.
  mutating func model(ofStep step: Int) -> any SinglePrecisionModel {
    let (number, index) = step.quotientAndRemainder(dividingBy: model.batchesAPass)
    if pass?.number != number {
      pass = (number, model.order(ofPass: number, seed: seed, replica: replica))
    }
    return model.batch(index, inOrder: pass!.order)
  }
}
