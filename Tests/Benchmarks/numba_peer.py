"""Numba: compiled loops.

As its users write it: the printed formula with Numba's `np.random`, which draws doubles alone. Tuned: one power,
fast-math flags, a generator for each thread, threads beside the interpreter's lock.
"""

import math

import numpy as np
from numba import njit

from contestant import in_threads, main, quantiles

users_compiled = njit(cache=True)
# Measured: `parallel=True` needs Numba's own np.random, which is slower than a generator; so two threads are two calls.
compiled = njit(nogil=True, cache=True, fastmath=True)
BLOCK = 1 << 14


@users_compiled
def seed(number):
    np.random.seed(number)


@users_compiled
def stable(alpha):
    """A symmetric α-stable draw by the formula of Chambers, Mallows and Stuck as it is printed."""
    v = math.pi * (np.random.random() - 0.5)
    w = np.random.standard_exponential()
    return math.sin(alpha * v) / math.cos(v) ** (1 / alpha) * (math.cos((1 - alpha) * v) / w) ** ((1 - alpha) / alpha)


@users_compiled
def users_draws(out, alpha):
    for i in range(len(out)):
        out[i] = stable(alpha)


@users_compiled
def users_step(x, mean, has_sine, rate, coupling, step, alpha, scale):
    total = 0.0
    for i in range(len(x)):
        x[i] += (coupling * mean - rate * x[i]) * step + scale * stable(alpha)
        total += math.sin(x[i]) if has_sine else x[i]
    return total / len(x)


def draw_in(real):
    """The same draws, tuned: with one power, computed in the given precision."""
    pi, one = real(math.pi), real(1)

    @compiled
    def draw(generator, alpha):
        u = generator.random()
        v = pi * real(u - 0.5)
        cosine = math.sin(pi * real(min(u, 1 - u)))  # in single precision too it is above 0
        base = math.cos((one - alpha) * v) / (real(generator.standard_exponential()) * cosine)
        return math.sin(alpha * v) / cosine * math.exp(math.log(base) * ((one - alpha) / alpha))

    return draw


draw_double, draw_single = draw_in(np.float64), draw_in(np.float32)


@compiled
def fill_double(generator, alpha, out):
    for i in range(len(out)):
        out[i] = draw_double(generator, alpha)


@compiled
def fill_single(generator, alpha, out):
    for i in range(len(out)):
        out[i] = draw_single(generator, alpha)


@compiled
def update(x, noise, decay, attraction, scale):
    total = 0.0
    for i in range(len(x)):
        x[i] = decay * x[i] + attraction + scale * noise[i]
        total += x[i]
    return total


@compiled
def sum_of_sines(x):
    total = 0.0
    for i in range(len(x)):
        total += math.sin(x[i])
    return total


class Filler:
    """Fills arrays with draws in the case's precision."""

    def __init__(self, case):
        real = case.dtype.type
        self.fill = fill_double if real is np.float64 else fill_single
        self.alpha = real(case.alpha)
        self.generators = [np.random.Generator(np.random.SFC64([1, thread])) for thread in range(case.threads)]

    def __call__(self, thread, out):
        self.fill(self.generators[thread], self.alpha, out)


def sampler(case):
    out, fill = np.empty(case.size, case.dtype), Filler(case)
    if case.form == "users":
        seed(1)
        return lambda: users_draws(out, case.alpha), lambda: quantiles(out)
    step = in_threads(case.threads, case.size, case.size, lambda thread, start, stop: fill(thread, out[start:stop]))
    return step, lambda: quantiles(out)


def mean_field_step(case):
    has_sine = case.task == "sine-step"
    rate = case.theta if has_sine else case.theta + case.coupling
    mean = math.sin(1) if has_sine else 1.0
    x = np.ones(case.size, case.dtype)
    if case.form == "users":
        seed(1)

        def step():
            nonlocal mean
            mean = users_step(x, mean, has_sine, rate, case.coupling, case.step, case.alpha, case.increment_scale)

        return step, lambda: quantiles(x)

    real, fill = case.dtype.type, Filler(case)
    noise = np.empty((case.threads, BLOCK), case.dtype)
    sums = np.zeros(case.threads)
    decay = real(1 - case.step * rate)
    scale = real(case.increment_scale)

    def body(thread, start, stop):
        block, draws = x[start:stop], noise[thread, : stop - start]
        fill(thread, draws)
        total = update(block, draws, decay, real(case.coupling * case.step * mean), scale)
        sums[thread] += sum_of_sines(block) if has_sine else total

    advance = in_threads(case.threads, case.size, BLOCK, body)

    def tuned_step():
        nonlocal mean
        sums[:] = 0
        advance()
        mean = sums.sum() / case.size

    return tuned_step, lambda: quantiles(x)


main({"sampler": sampler, "ou-step": mean_field_step, "sine-step": mean_field_step})
