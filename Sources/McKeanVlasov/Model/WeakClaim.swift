extension Claim {
  /// The weak error |E g_n - E g| of an observable's expectation, where the strong error has a known rate
  /// (docs/theory.md, section 13.4).
  ///
  /// In Δt order 1 where Euler's scheme has strong order 1. In n the first-order term of the error e has mean 0 and what is
  /// left is of the order of its scale to the power of its tail index: n^{-1} for bounded features. For features of linear
  /// growth with tail index α that is n^{-(α-1)}, a bound: the term n^{-1} beside it is hardly smaller.
  package static func weak(
    of observable: Observable, in variable: ConvergenceVariable, model: any McKeanVlasovModel, noise: LevyNoise
  ) -> Claim? {
    guard let strong = model.claim(on: .terminal, in: variable, noise: noise), strong.kind == .rate else { return nil }
    switch (observable, variable) {
    case (.quantile, _), (.accuracy, _), (.orderParameter, .n), (.probabilityBeyond, .n): return nil
    case (_, .dt):
      guard strong.exponent == 1 else { return nil }
      return Claim(exponent: 1, source: "smooth drift and smooth law; docs/theory.md 13.4")
    case (_, .n):
      let heavy = model.tailIndex(with: noise).flatMap { $0 > 1 ? -($0 - 1) : nil }
      if strong.exponent == -0.5 {
        return Claim(exponent: -1, alternative: heavy, source: "second-order expansion; docs/theory.md 13.4")
      }
      return heavy.map {
        Claim(exponent: $0, kind: .bound, source: "tail of the mean of the features; docs/theory.md 13.4")
      }
    }
  }
}
