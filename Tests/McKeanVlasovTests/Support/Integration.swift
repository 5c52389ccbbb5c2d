import CGSL

/// Numerical integrals by GSL, for the laws that the tests compare with.
enum Integral {
  /// GSL's default handler ends the process; a test reads the status instead.
  private static let handlerIsOff: Void = { _ = gsl_set_error_handler_off() }()

  /// ∫_low^high f(x) dx; `high` may be infinite.
  static func of(_ f: (Double) -> Double, from low: Double, to high: Double, tolerance: Double = 1e-11) -> Double {
    withFunction(f) { function, workspace in
      var (result, error) = (0.0, 0.0)
      if high == .infinity {
        gsl_integration_qagiu(function, low, tolerance, tolerance, 2000, workspace, &result, &error)
      } else {
        gsl_integration_qags(function, low, high, tolerance, tolerance, 2000, workspace, &result, &error)
      }
      return result
    }
  }

  /// ∫_low^∞ f(x) sin(ωx) dx.
  static func sine(_ f: (Double) -> Double, from low: Double, frequency: Double) -> Double {
    withFunction(f) { function, workspace in
      let cycles = gsl_integration_workspace_alloc(2000)
      let table = gsl_integration_qawo_table_alloc(frequency, 1, GSL_INTEG_SINE, 40)
      defer {
        gsl_integration_workspace_free(cycles)
        gsl_integration_qawo_table_free(table)
      }
      var (result, error) = (0.0, 0.0)
      gsl_integration_qawf(function, low, 1e-11, 2000, workspace, cycles, table, &result, &error)
      return result
    }
  }

  private static func withFunction(
    _ f: (Double) -> Double,
    _ integrate: (UnsafeMutablePointer<gsl_function>, UnsafeMutablePointer<gsl_integration_workspace>) -> Double
  ) -> Double {
    Self.handlerIsOff
    let workspace = gsl_integration_workspace_alloc(2000)!
    defer { gsl_integration_workspace_free(workspace) }
    return withoutActuallyEscaping(f) { f in
      withUnsafePointer(to: f) { pointer in
        var function = gsl_function(
          function: { x, f in f!.assumingMemoryBound(to: ((Double) -> Double).self).pointee(x) },
          params: UnsafeMutableRawPointer(mutating: pointer))
        return integrate(&function, workspace)
      }
    }
  }
}
