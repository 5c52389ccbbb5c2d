"""JAX: one jitted function a step, states donated; XLA takes as many threads as the process may use processors.

As its users write it: the printed formula, and the network's gradient by `jax.grad`. Tuned: one power, the gradient by
hand.
"""

import math
import os

os.environ["JAX_ENABLE_X64"] = "1"  # lets double be double; single stays single

import jax
import jax.numpy as jnp
import numpy as np

from contestant import main, quantiles


def draw(key, shape, case):
    """Symmetric α-stable draws by the formula of Chambers, Mallows and Stuck as it is printed; tuned: with one power.

    Measured: the default generator is the fastest; exp of a log is faster than a power; and half-angle forms, fast-math
    flags and barriers between the parts change nothing or lose.
    """
    alpha = case.alpha
    first, second = jax.random.split(key)
    v = math.pi * (jax.random.uniform(first, shape, case.dtype) - case.half)
    w = jax.random.exponential(second, shape, case.dtype)
    if case.form == "users":
        return jnp.sin(alpha * v) / jnp.cos(v) ** (1 / alpha) * (jnp.cos((1 - alpha) * v) / w) ** ((1 - alpha) / alpha)
    cosine = jnp.cos(v)
    base = jnp.cos((1 - alpha) * v) / (w * cosine)
    return jnp.sin(alpha * v) / cosine * jnp.exp((1 - alpha) / alpha * jnp.log(base))


def repeated(function, key, *state):
    """A function that advances the state by function(key, *state), a fresh key each time, and waits for it."""
    compiled = jax.jit(lambda key, *state: (jax.random.split(key, 1)[0], *function(key, *state)), donate_argnums=(0, 1))
    state = [key, *state]

    def step():
        state[:] = jax.block_until_ready(compiled(*state))

    return step, state


def sampler(case):
    step, state = repeated(
        lambda key, old: (draw(key, (case.size,), case),),
        jax.random.key(1),
        jnp.zeros(case.size, case.dtype),
    )
    return step, lambda: quantiles(state[1])


def mean_field_step(case):
    has_sine = case.task == "sine-step"
    rate = case.theta if has_sine else case.theta + case.coupling

    def advance(key, x, mean):
        noise = draw(key, x.shape, case)
        x = (1 - rate * case.step) * x + case.coupling * case.step * mean.astype(x.dtype) + case.increment_scale * noise
        return x, jnp.mean(jnp.sin(x) if has_sine else x, dtype=jnp.float64)

    start = jnp.ones(case.size, case.dtype)
    step, state = repeated(advance, jax.random.key(1), start, jnp.float64(math.sin(1) if has_sine else 1))
    return step, lambda: quantiles(state[1])


def network_step(case):
    """One step of the whole network."""
    data = np.load(case.data)
    x, labels = jnp.asarray(data["inputs"], case.dtype), jnp.asarray(data["labels"])
    (points, inputs), n, classes = x.shape, case.size, int(labels.max()) + 1
    generator = np.random.Generator(np.random.SFC64(1))
    weights = jnp.asarray(generator.uniform(-1, 1, (n, inputs)) / math.sqrt(inputs), case.dtype)
    output = jnp.asarray(generator.standard_normal((n, classes)), case.dtype)
    target = jax.nn.one_hot(labels, classes, dtype=case.dtype)

    def loss(weights):
        f = jnp.tanh(x @ weights.T) @ output / n
        return -jnp.mean(jnp.sum(jax.nn.log_softmax(f) * target, axis=1))

    def gradient(weights):
        hidden = jnp.tanh(x @ weights.T)
        residual = (jax.nn.softmax(hidden @ output / n) - target) / points
        return ((residual @ output.T) * (1 - hidden * hidden)).T @ x

    def advance(key, weights):
        if case.form == "users":
            weights = weights - case.step * n * jax.grad(loss)(weights)
        else:
            weights = weights - case.step * gradient(weights)
        if case.scale:
            weights += case.increment_scale * draw(key, weights.shape, case)
        return (weights,)

    step, state = repeated(advance, jax.random.key(1), weights)
    return step, lambda: [float(loss(state[1]))]


main({"sampler": sampler, "ou-step": mean_field_step, "sine-step": mean_field_step, "network-step": network_step})
