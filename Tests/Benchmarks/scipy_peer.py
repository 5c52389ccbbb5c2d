"""SciPy's levy_stable, with NumPy for the rest: what most scripts do. It draws in double precision alone."""

import numpy as np
from scipy.stats import levy_stable

from contestant import main, quantiles


def sampler(case):
    generator, out = np.random.Generator(np.random.SFC64(1)), [None]

    def step():
        out[0] = levy_stable.rvs(case.alpha, 0, size=case.size, random_state=generator)

    return step, lambda: quantiles(out[0])


def mean_field_step(case, rate, feature):
    generator, x = np.random.Generator(np.random.SFC64(1)), np.ones(case.size)

    def step():
        mean = feature(x).mean()
        noise = levy_stable.rvs(case.alpha, 0, scale=case.increment_scale, size=case.size, random_state=generator)
        np.multiply(x, 1 - rate * case.step, out=x)
        np.add(x, case.coupling * case.step * mean, out=x)
        np.add(x, noise, out=x)

    return step, lambda: quantiles(x)


main(
    {
        "sampler": sampler,
        "ou-step": lambda case: mean_field_step(case, case.theta + case.coupling, lambda x: x),
        "sine-step": lambda case: mean_field_step(case, case.theta, np.sin),
    }
)
