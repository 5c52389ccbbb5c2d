import McKeanVlasov
import Testing

@Suite struct ObservableTests {
  private static let heavy = try! LevyNoise(law: .stable(alpha: 1.5))
  private static let sine = SineInteraction(theta: 1, coupling: 1)
  private static let linear = OrnsteinUhlenbeck(theta: 1, coupling: 1)

  @Test func namesAreTheWordsOfTheFile() {
    let observables: [Observable] = [
      .mean, .orderParameter, .loss, .accuracy, .cosine(frequency: 1), .cosine(frequency: 0.5), .quantile(order: 0.25),
      .probabilityBeyond(level: -2), .featureMean(index: 3),
    ]
    #expect(
      observables.map(\.name) == [
        "mean", "order-parameter", "loss", "accuracy", "cosine(1)", "cosine(0.5)", "quantile(0.25)",
        "probability-beyond(-2)", "feature-mean(3)",
      ])
  }

  /// Bounded observables have every moment; the mean has those of the noise; a loss those of what it grows like.
  @Test func momentsAreThoseOfWhatIsMeasured() throws {
    func index(_ observable: Observable, _ model: any McKeanVlasovModel, particles: Int = 100) -> Double? {
      observable.tailIndex(of: model, noise: Self.heavy, particles: particles)
    }
    for observable in [Observable.cosine(frequency: 3), .orderParameter, .probabilityBeyond(level: 1)] {
      #expect(index(observable, Self.linear) == nil)
    }
    #expect(index(.mean, Self.sine) == 1.5)
    #expect(index(.featureMean(index: 0), Self.sine) == nil)
    #expect(index(.featureMean(index: 0), Self.linear) == 1.5)
    let (tanh, relu) = (try TestData.network(.tanh), try TestData.network(.relu))
    for observable in [Observable.loss, .accuracy] { #expect(index(observable, tanh) == nil) }
    #expect(index(.loss, relu) == 1.5 && index(.accuracy, relu) == nil)
    #expect(index(.loss, try TestData.network(.relu, loss: .squared)) == 0.75)
    // With light tails everything has every moment.
    let brownian = try LevyNoise(law: .brownian)
    #expect(Observable.mean.tailIndex(of: Self.linear, noise: brownian, particles: 1) == nil)
    let cauchy = OrnsteinUhlenbeck(theta: 1, coupling: 1, initial: .stable(try StableLaw(alpha: 1, scale: 1)))
    #expect(Observable.mean.tailIndex(of: cauchy, noise: brownian, particles: 1) == 1)
  }

  /// The k-th largest of n numbers with tail index α is beyond x with probability of the order of x^{-kα}.
  @Test func aQuantileHasTheMomentsOfAnOrderStatistic() {
    func index(_ order: Double, _ model: any McKeanVlasovModel, particles: Int) -> Double? {
      Observable.quantile(order: order).tailIndex(of: model, noise: Self.heavy, particles: particles)
    }
    // positions 0 and 4 of five are the extremes, 2 is the median, 2.8 lies between 2 and 3
    for (order, count) in [(0.0, 1.0), (1, 1), (0.5, 3), (0.7, 2), (0.25, 2), (0.99, 1)] {
      #expect(index(order, Self.linear, particles: 5) == 1.5 * count, "\(order)")
    }
    // Two numbers a particle may lie far out together: the third largest of 10 takes two particles.
    let plane = OrnsteinUhlenbeck(theta: 1, coupling: 1, dimension: 2)
    #expect(index(7.0 / 9, plane, particles: 5) == 3)
  }

  @Test func aModelMustHaveTheObservable() throws {
    #expect(throws: Never.self) { try Observable.featureMean(index: 0).require(of: Self.sine) }
    #expect(throws: Never.self) { try Observable.loss.require(of: try TestData.network(.tanh)) }
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "observables", found: "feature-mean(1) of a model with 1 feature(s)", allowed: "an index from 0 to 0"
      )
    ) { try Observable.featureMean(index: 1).require(of: Self.sine) }
    for observable in [Observable.loss, .accuracy] {
      #expect(throws: SimulationError.self) { try observable.require(of: Self.sine) }
    }
  }

  @Test func weakErrorsHaveTheirClaims() throws {
    func claim(
      _ observable: Observable, _ variable: ConvergenceVariable, _ model: any McKeanVlasovModel, alpha: Double = 1.5
    ) throws -> Claim? {
      Claim.weak(of: observable, in: variable, model: model, noise: try LevyNoise(law: .stable(alpha: alpha)))
    }
    let cosine = Observable.cosine(frequency: 1)
    #expect(try claim(cosine, .dt, Self.sine)?.exponent == 1)
    #expect(try claim(cosine, .dt, TestData.network(.relu)) == nil)
    #expect(try claim(cosine, .n, Self.sine)?.exponent == -1)
    #expect(try claim(cosine, .n, Self.sine)?.alternative == -0.5)
    #expect(try claim(cosine, .n, Self.linear)?.exponent == -0.5)
    #expect(try claim(cosine, .n, Self.linear)?.kind == .bound)
    #expect(try claim(cosine, .n, Self.linear, alpha: 2)?.exponent == -1)
    #expect(try claim(cosine, .n, SineInteraction(theta: 1, coupling: 0)) == nil)
    for observable in [Observable.quantile(order: 0.5), .accuracy] {
      for variable in ConvergenceVariable.allCases { #expect(try claim(observable, variable, Self.sine) == nil) }
    }
    #expect(try claim(.orderParameter, .n, Self.sine) == nil)
    // A jump is not smooth: in n nothing is known of it, in Δt it is.
    for model in [Self.sine, Self.linear] as [any McKeanVlasovModel] {
      #expect(try claim(.probabilityBeyond(level: 1), .n, model) == nil)
      #expect(try claim(.probabilityBeyond(level: 1), .dt, model)?.exponent == 1)
    }
  }
}
