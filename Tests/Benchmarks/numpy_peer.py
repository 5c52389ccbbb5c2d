"""NumPy. As its users write it: plain formulas on fresh arrays. Tuned: in place, one generator a thread (its ufuncs
release the interpreter's lock). Particles in either form in blocks that stay in cache.
"""

import math
from itertools import pairwise

import numpy as np

from contestant import digits, in_threads, main, quantiles

BLOCK = 1 << 15  # measured: the fastest, with 16 Ki and 64 Ki close


def stable(generator, size, case):
    """Symmetric α-stable draws by the formula of Chambers, Mallows and Stuck as it is printed."""
    alpha = case.alpha
    v = math.pi * (generator.random(size, case.dtype) - case.half)
    w = generator.standard_exponential(size, case.dtype)
    return np.sin(alpha * v) / np.cos(v) ** (1 / alpha) * (np.cos((1 - alpha) * v) / w) ** ((1 - alpha) / alpha)


class Sampler:
    """The same draws, tuned: the form with one power,

        X = sin(αV) / cos V · (cos((1-α)V) / (W cos V))^((1-α)/α),   V uniform on ±π/2, W exponential.

    SFC64 is NumPy's fastest generator, and log of a uniform is faster than its exponential draws. NumPy's sin and cos
    in double are the C library's, one number at a time, but its tan has vector code: there the tangents of half the
    angles replace them, sin 2x = 2t/(1+t²) and cos 2x = (1-t²)/(1+t²).
    """

    def __init__(self, case, seed):
        self.alpha, self.half, self.dtype = case.alpha, case.half, case.dtype
        self.generator = np.random.Generator(np.random.SFC64([1, seed]))
        self.scratch = [np.empty(BLOCK, self.dtype) for _ in range(4)]

    def fill(self, out):
        """Fills at most BLOCK numbers."""
        v, w, u, cosine = (numbers[: len(out)] for numbers in self.scratch)
        self.generator.random(out=v, dtype=self.dtype)
        self.generator.random(out=w, dtype=self.dtype)
        np.subtract(1, w, out=w)
        np.log(w, out=w)  # -W
        v -= self.half
        (self.by_tangents if self.dtype == np.float64 else self.by_sines)(out, v, w, u, cosine)
        np.log2(u, out=u)
        u *= (1 - self.alpha) / self.alpha
        np.exp2(u, out=u)
        out *= u

    def by_sines(self, out, v, w, u, cosine):
        """out = sin(αV) / cos V and u = cos((1-α)V) / (W cos V)."""
        v *= math.pi
        np.cos(v, out=cosine)
        w *= cosine
        np.abs(w, out=w)
        np.multiply(v, self.alpha, out=out)
        np.sin(out, out=out)
        out /= cosine
        v *= 1 - self.alpha
        np.cos(v, out=u)
        u /= w

    def by_tangents(self, out, v, w, u, cosine):
        """The same."""
        v *= math.pi / 2
        np.multiply(v, self.alpha, out=out)
        np.tan(out, out=out)
        np.multiply(v, 1 - self.alpha, out=u)
        np.tan(u, out=u)
        np.tan(v, out=v)
        np.square(v, out=v)
        # out = 2t / (1+t²) / cos V; w = -W cos V
        np.subtract(1, v, out=cosine)
        v += 1
        cosine /= v
        w *= cosine
        np.square(out, out=v)
        v += 1
        v *= cosine
        out /= v
        out *= 2
        np.square(u, out=u)
        np.add(u, 1, out=v)
        v *= w
        u -= 1
        u /= v


def sampler(case):
    out = np.empty(case.size, case.dtype)
    if case.form == "users":
        generator = np.random.default_rng(1)

        def step():
            for start in range(0, case.size, BLOCK):
                block = out[start : start + BLOCK]
                block[:] = stable(generator, len(block), case)

        return step, lambda: quantiles(out)

    samplers = [Sampler(case, thread) for thread in range(case.threads)]
    step = in_threads(
        case.threads, case.size, BLOCK, lambda thread, start, stop: samplers[thread].fill(out[start:stop])
    )
    return step, lambda: quantiles(out)


def mean_field_step(case, rate, feature):
    """x ← x + (κ m - rate x) Δt + γ ξ as users write it; m = mean of a feature."""
    generator, x = np.random.default_rng(1), np.ones(case.size, case.dtype)

    def step():
        mean = feature(x).mean()
        for start in range(0, case.size, BLOCK):
            block = x[start : start + BLOCK]
            noise = case.increment_scale * stable(generator, len(block), case)
            block += (case.coupling * mean - rate * block) * case.step + noise

    return step, lambda: quantiles(x)


def tuned_mean_field_step(case, rate, feature_sum):
    """The same block by block, with the sum of the next mean field."""
    x = np.ones(case.size, case.dtype)
    samplers = [Sampler(case, thread) for thread in range(case.threads)]
    scratch = [np.empty((2, BLOCK), case.dtype) for _ in range(case.threads)]
    sums = np.zeros(case.threads)
    mean = [feature_sum(x[:1], np.empty((2, 1), case.dtype))]

    def body(thread, start, stop):
        block, numbers = x[start:stop], scratch[thread][:, : stop - start]
        draws = numbers[0]
        samplers[thread].fill(draws)
        draws *= case.increment_scale
        draws += case.coupling * case.step * mean[0]
        block *= 1 - rate * case.step
        block += draws
        sums[thread] += feature_sum(block, numbers)

    advance = in_threads(case.threads, case.size, BLOCK, body)

    def step():
        sums[:] = 0
        advance()
        mean[0] = sums.sum() / case.size

    return step, lambda: quantiles(x)


def ou_step(case):
    rate = case.theta + case.coupling
    if case.form == "users":
        return mean_field_step(case, rate, lambda x: x)
    return tuned_mean_field_step(case, rate, lambda x, scratch: x.sum(dtype=np.float64))


def sine_step(case):
    def sum_of_sines(x, scratch):
        tangent, square = scratch
        if case.precision == "single":
            return np.sin(x, out=tangent).sum(dtype=np.float64)
        np.multiply(x, 0.5, out=tangent)
        np.tan(tangent, out=tangent)
        np.square(tangent, out=square)
        square += 1
        tangent /= square
        return 2 * tangent.sum()

    if case.form == "users":
        return mean_field_step(case, case.theta, np.sin)
    return tuned_mean_field_step(case, case.theta, sum_of_sines)


def network_drift(weights, output, x, target):
    """The drift of a two-layer network with cross-entropy as users write it."""
    hidden = np.tanh(x @ weights.T)
    f = hidden @ output / len(weights)
    p = np.exp(f - f.max(axis=1, keepdims=True))
    residual = (p / p.sum(axis=1, keepdims=True) - target) / len(x)
    return -((residual @ output.T) * (1 - hidden**2)).T @ x


def network_step(case):
    """One step of the whole network, the gradient by hand; tuned: every array made once."""
    data = np.load(case.data)
    x, labels = data["inputs"].astype(case.dtype), data["labels"]
    (points, inputs), n, classes = x.shape, case.size, labels.max() + 1
    generator = np.random.Generator(np.random.SFC64(1))
    weights = generator.uniform(-1, 1, (n, inputs)).astype(case.dtype) / np.sqrt(inputs, dtype=case.dtype)
    output = generator.standard_normal((n, classes)).astype(case.dtype)
    target = np.eye(classes, dtype=case.dtype)[labels]

    def loss():
        f = np.tanh(x @ weights.T) @ output / n
        f -= f.max(axis=1, keepdims=True)
        return [float(np.mean(np.log(np.exp(f).sum(axis=1)) - f[np.arange(points), labels]))]

    if case.form == "users":

        def users_step():
            nonlocal weights
            weights += case.step * network_drift(weights, output, x, target)
            if case.scale:
                weights += case.increment_scale * stable(generator, weights.shape, case)

        return users_step, loss

    hidden, gradient = np.empty((n, points), case.dtype), np.empty((n, points), case.dtype)
    change = np.empty((n, inputs), case.dtype)
    draws = in_threads(case.threads, change.size, BLOCK, fill_noise(case, change)) if case.scale else None

    def step():
        np.matmul(weights, x.T, out=hidden)
        np.tanh(hidden, out=hidden)
        f = hidden.T @ output / n
        f -= f.max(axis=1, keepdims=True)
        np.exp(f, out=f)
        f /= f.sum(axis=1, keepdims=True)
        f -= target
        f *= -case.step / points
        np.matmul(output, f.T, out=gradient)
        np.square(hidden, out=hidden)
        np.subtract(1, hidden, out=hidden)
        np.multiply(gradient, hidden, out=gradient)
        np.matmul(gradient, x, out=change)
        np.add(weights, change, out=weights)
        if case.scale:
            draws()
            np.add(weights, change, out=weights)

    return step, loss


def fill_noise(case, array):
    """What fills a part of an array with independent increments."""
    flat = array.reshape(-1)
    samplers = [Sampler(case, thread) for thread in range(case.threads)]

    def body(thread, start, stop):
        samplers[thread].fill(flat[start:stop])
        flat[start:stop] *= case.increment_scale

    return body


def small_network(case):
    """Replicas of a study of chaos with isotropic noise: nested networks on the same noise, and their errors.

    The mixing variables by Kanter's method. Tuned: draws and steps in place, one network after the other (measured: as
    fast as all in one array). Every number that the study reports of a replica is computed: per level the means of
    |e|^p and the medians, at the end and of the maximum over the grid.
    """
    model, noise, study = (case.settings[table] for table in ("model", "noise", "study"))
    x, labels = digits(case.data, case.settings["data"]["rows"])
    points, inputs = x.shape
    target = np.eye(labels.max() + 1)[labels]
    levels = [study["particles"]["from"]]
    while levels[-1] <= study["particles"]["to"]:
        levels.append(2 * levels[-1])  # the last one closes the ladder
    largest, steps = levels[-1], case.settings["time"]["steps"]
    step_size = case.settings["time"]["horizon"] / steps
    alpha = noise["alpha"]
    scale = noise["scale"] * step_size ** (1 / alpha)
    generator = np.random.Generator(np.random.SFC64(1))
    answers = []

    def draw_radii():
        a, u, w = alpha / 2, math.pi * generator.random(largest), generator.standard_exponential(largest)
        mixing = np.sin(a * u) / np.sin(u) ** (1 / a) * (np.sin((1 - a) * u) / w) ** ((1 - a) / a)
        return scale * np.sqrt(2 * mixing)[:, np.newaxis]

    def users_errors(weights, output):
        sup = [np.zeros(n) for n in levels[:-1]]
        for _ in range(steps):
            increment = draw_radii() * generator.standard_normal((largest, inputs))
            weights = [
                w + step_size * network_drift(w, output[: len(w)], x, target) + increment[: len(w)] for w in weights
            ]
            errors = [np.linalg.norm(a - b[: len(a)], axis=1) for a, b in pairwise(weights)]
            sup = [np.maximum(s, e) for s, e in zip(sup, errors, strict=True)]
        return errors, sup

    transposed = np.ascontiguousarray(x.T)
    hidden, gradient = np.empty((largest, points)), np.empty((largest, points))
    drift, increment = np.empty((largest, inputs)), np.empty((largest, inputs))

    def advance(weights, output):
        n = len(weights)
        h, g, d = hidden[:n], gradient[:n], drift[:n]
        np.matmul(weights, transposed, out=h)
        np.tanh(h, out=h)
        residual = h.T @ output / n
        residual -= residual.max(axis=1, keepdims=True)
        np.exp(residual, out=residual)
        residual /= residual.sum(axis=1, keepdims=True)
        residual -= target
        residual *= -step_size / points
        np.matmul(output, residual.T, out=g)
        np.square(h, out=h)
        np.subtract(1, h, out=h)
        np.multiply(g, h, out=g)
        np.matmul(g, x, out=d)
        weights += d
        weights += increment[:n]

    def tuned_errors(weights, output):
        sup = [np.zeros(n) for n in levels[:-1]]
        for _ in range(steps):
            generator.standard_normal(out=increment)
            np.multiply(increment, draw_radii(), out=increment)
            for level, n in enumerate(levels):
                advance(weights[level], output[:n])
            errors = []
            for level, n in enumerate(levels[:-1]):
                np.subtract(weights[level], weights[level + 1][:n], out=drift[:n])
                errors.append(np.sqrt(np.einsum("ij,ij->i", drift[:n], drift[:n])))
                np.maximum(sup[level], errors[level], out=sup[level])
        return errors, sup

    def replica():
        start = model["initial"]["standard-deviation"] * generator.standard_normal((largest, inputs))
        output = model["output-initial"]["standard-deviation"] * generator.standard_normal((largest, target.shape[1]))
        weights = [start[:n].copy() for n in levels]
        metrics = (users_errors if case.form == "users" else tuned_errors)(weights, output)
        answers.append(
            [[np.mean(e**p) for e in metric] for metric in metrics for p in study["p"]]
            + [[np.median(e) for e in metric] for metric in metrics]
        )

    return replica, lambda: np.mean(answers, axis=0)[0].tolist()


def matrix_product(case):
    rows, columns, inner = case.dimensions
    generator = np.random.default_rng(1)
    left = generator.standard_normal((rows, inner)).astype(case.dtype)
    right = generator.standard_normal((inner, columns)).astype(case.dtype)
    product = np.empty((rows, columns), case.dtype)
    return lambda: np.matmul(left, right, out=product), lambda: []


np.seterr(divide="ignore")  # W = 0 in single precision
main(
    {
        "sampler": sampler,
        "ou-step": ou_step,
        "sine-step": sine_step,
        "network-step": network_step,
        "small-network": small_network,
        "matrix-product": matrix_product,
    }
)
