/// How many numbers a model's particle has: noisy ≤ moving ≤ components.
public struct ModelShape: Sendable, Hashable {
  /// All numbers of a particle, the ones that never change included (frequencies, fixed output weights).
  public let components: Int
  /// The first so many components have a drift.
  public let moving: Int
  /// The first so many components take noise; errors are measured on them.
  public let noisy: Int
  /// K, the number of features.
  public let features: Int
  /// What `prepare` makes of the mean field: so many numbers.
  public let prepared: Int
  /// Numbers a particle that `addFeatures` keeps for `drift`.
  public let kept: Int
  /// Numbers a particle of working space within a call.
  public let scratch: Int

  /// By default every component moves and takes noise, and what is prepared has the size of the features.
  ///
  /// - Precondition: 0 < noisy ≤ moving ≤ components, and a feature at least.
  public init(
    components: Int, moving: Int? = nil, noisy: Int? = nil, features: Int, prepared: Int? = nil, kept: Int = 0,
    scratch: Int = 0
  ) {
    self.components = components
    self.moving = moving ?? components
    self.noisy = noisy ?? self.moving
    self.features = features
    self.prepared = prepared ?? features
    self.kept = kept
    self.scratch = scratch
    precondition(0 < self.noisy && self.noisy <= self.moving && self.moving <= components && features > 0)
  }

  /// Particles a block: a function of the shape alone, because block sums are part of the bits.
  public var blockSize: Int { max(256, min(2048, 8192 / (components + kept + scratch))) }
}
