// The parts of the GNU Scientific Library that the package uses. `link "gsl"` alone: the CBLAS symbols that
// gsl_cblas.h declares come from OpenBLAS, never from libgslcblas.
#include <gsl/gsl_cblas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sf_bessel.h>
#include <gsl/gsl_spline.h>
#include <gsl/gsl_statistics_double.h>
#include <gsl/gsl_version.h>

// GSL's name for it is a variable, which Swift holds unsafe to share.
static inline const gsl_interp_type *mckean_cubic_spline(void) { return gsl_interp_cspline; }
