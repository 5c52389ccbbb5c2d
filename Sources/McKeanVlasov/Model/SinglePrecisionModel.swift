/// A model that can also be simulated with `precision = "single"`: its particles' numbers are `Float`, half the memory and
/// twice as many at a time. Sums over particles stay in double precision.
///
/// The functions mean what they mean in `McKeanVlasovModel`.
public protocol SinglePrecisionModel: McKeanVlasovModel {
  func addFeatures(
    of block: Span<Float>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Float>,
    scratch: inout MutableSpan<Float>)

  /// By default a rounded copy.
  func prepare(meanField: Span<Double>, into prepared: inout MutableSpan<Float>)

  func drift(
    of block: Span<Float>, prepared: Span<Float>, kept: Span<Float>, scratch: inout MutableSpan<Float>,
    into drift: inout MutableSpan<Float>)
}

extension SinglePrecisionModel {
  public func prepare(meanField: Span<Double>, into prepared: inout MutableSpan<Float>) {
    for k in meanField.indices { prepared[k] = Float(meanField[k]) }
  }
}

extension Precision {
  /// The smallest α in single precision: below it, draws beyond the largest `Float` come about once in 10^11.
  static let smallestSingleAlpha = 0.3

  /// - Throws: `SimulationError.invalidValue` for single precision with a model that has none, or with an α so small that
  ///   draws would overflow.
  func require(of model: any McKeanVlasovModel, noise: LevyNoise) throws(SimulationError) {
    guard self == .single else { return }
    guard model is any SinglePrecisionModel, !(model is any OneStepModel) else {
      throw .invalidValue(
        parameter: "precision", found: "\"single\" with \(model.name)",
        allowed: "\"double\", since the model computes in double precision only")
    }
    if let alpha = model.tailIndex(with: noise), alpha < Self.smallestSingleAlpha {
      throw .invalidValue(
        parameter: "precision", found: "\"single\" with the tail index \(alpha)",
        allowed: "\"double\", since below \(Self.smallestSingleAlpha) draws overflow single precision")
    }
  }
}

/// A model for steps of one size, as the state's precision calls it.
struct PrecisionModel {
  let double: any McKeanVlasovModel
  /// nil where the model computes in double precision only.
  let single: (any SinglePrecisionModel)?
  /// nil where the scheme is Euler's.
  let oneStep: (any OneStepModel)?

  init(_ model: any McKeanVlasovModel, step: Double) {
    oneStep = (model as? any OneStepModel)?.discretised(step: step)
    double = oneStep ?? model
    single = model as? any SinglePrecisionModel
  }
}

/// The number type of a particle's state, with the model's functions in its precision.
protocol StateScalar: ParticleScalar {
  static func addFeatures(
    _ model: PrecisionModel, of block: Span<Self>, to sums: inout MutableSpan<Double>,
    keeping kept: inout MutableSpan<Self>, scratch: inout MutableSpan<Self>)
  static func prepare(_ model: PrecisionModel, meanField: Span<Double>, into prepared: inout MutableSpan<Self>)
  static func drift(
    _ model: PrecisionModel, of block: Span<Self>, prepared: Span<Self>, kept: Span<Self>,
    scratch: inout MutableSpan<Self>, into drift: inout MutableSpan<Self>)
  /// Sets F(X, m) where the model has a map of its own, and says whether it has.
  static func move(
    _ model: PrecisionModel, of block: Span<Self>, prepared: Span<Self>, kept: Span<Self>,
    scratch: inout MutableSpan<Self>, into moved: inout MutableSpan<Self>
  ) -> Bool
  /// Whether every number is finite.
  static func areFinite(_ numbers: UnsafeBufferPointer<Self>) -> Bool
}

extension Double: StateScalar {
  static func addFeatures(
    _ model: PrecisionModel, of block: Span<Double>, to sums: inout MutableSpan<Double>,
    keeping kept: inout MutableSpan<Double>, scratch: inout MutableSpan<Double>
  ) {
    model.double.addFeatures(of: block, to: &sums, keeping: &kept, scratch: &scratch)
  }

  static func prepare(_ model: PrecisionModel, meanField: Span<Double>, into prepared: inout MutableSpan<Double>) {
    model.double.prepare(meanField: meanField, into: &prepared)
  }

  static func drift(
    _ model: PrecisionModel, of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>,
    scratch: inout MutableSpan<Double>, into drift: inout MutableSpan<Double>
  ) {
    model.double.drift(of: block, prepared: prepared, kept: kept, scratch: &scratch, into: &drift)
  }

  static func move(
    _ model: PrecisionModel, of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>,
    scratch: inout MutableSpan<Double>, into moved: inout MutableSpan<Double>
  ) -> Bool {
    guard let oneStep = model.oneStep else { return false }
    oneStep.move(of: block, prepared: prepared, kept: kept, scratch: &scratch, into: &moved)
    return true
  }

  static func areFinite(_ numbers: UnsafeBufferPointer<Double>) -> Bool {
    // one more than an exponent of ones carries into the sign bit
    var carries: UInt64 = 0
    for number in numbers { carries |= (number.bitPattern & 0x7ff0_0000_0000_0000) &+ 0x0010_0000_0000_0000 }
    return carries >> 63 == 0
  }
}

extension Float: StateScalar {
  static func addFeatures(
    _ model: PrecisionModel, of block: Span<Float>, to sums: inout MutableSpan<Double>,
    keeping kept: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>
  ) {
    model.single!.addFeatures(of: block, to: &sums, keeping: &kept, scratch: &scratch)
  }

  static func prepare(_ model: PrecisionModel, meanField: Span<Double>, into prepared: inout MutableSpan<Float>) {
    model.single!.prepare(meanField: meanField, into: &prepared)
  }

  static func drift(
    _ model: PrecisionModel, of block: Span<Float>, prepared: Span<Float>, kept: Span<Float>,
    scratch: inout MutableSpan<Float>, into drift: inout MutableSpan<Float>
  ) {
    model.single!.drift(of: block, prepared: prepared, kept: kept, scratch: &scratch, into: &drift)
  }

  /// Maps of a model's own are in double precision.
  static func move(
    _ model: PrecisionModel, of block: Span<Float>, prepared: Span<Float>, kept: Span<Float>,
    scratch: inout MutableSpan<Float>, into moved: inout MutableSpan<Float>
  ) -> Bool { false }

  static func areFinite(_ numbers: UnsafeBufferPointer<Float>) -> Bool {
    var carries: UInt32 = 0
    for number in numbers { carries |= (number.bitPattern & 0x7f80_0000) &+ 0x0080_0000 }
    return carries >> 31 == 0
  }
}
