"""PyTorch on the CPU: arithmetic compiled, uniforms drawn eagerly (measured: faster than compiled ones).

The network comes in three forms: "autograd", as a user writes it, with SciPy's noise as the published code of arXiv
2306.08125 draws it; "by-hand" and "compiled", the two fastest ways found, with noise of the sampler here.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from scipy.stats import levy_stable

from contestant import main, quantiles

DTYPES = {"double": torch.float64, "single": torch.float32}


torch._dynamo.config.fail_on_recompile_limit_hit = True  # never eager where compiled is meant


def stable(u, w, alpha):
    """Symmetric α-stable draws by Chambers, Mallows and Stuck with one power, from two arrays of uniforms."""
    # In single precision the middle of each of the 2^24 cells, so that the cosine is above 0.
    v = math.pi * (u - (0.5 if u.dtype == torch.float64 else 0.5 - 2**-25))
    cosine = torch.cos(v)
    base = torch.cos((1 - alpha) * v) / (torch.log(1 - w) * cosine).abs()
    return torch.sin(alpha * v) / cosine * torch.exp2((1 - alpha) / alpha * torch.log2(base))


def sampler(case):
    torch._dynamo.reset()  # compiled for this case alone
    out, u, w = (torch.empty(case.size, dtype=DTYPES[case.precision]) for _ in range(3))

    @torch.compile
    def transform(u, w):
        out.copy_(stable(u, w, case.alpha))

    return lambda: transform(u.uniform_(), w.uniform_()), lambda: quantiles(out)


def mean_field_step(case):
    torch._dynamo.reset()  # compiled for this case alone
    has_sine = case.task == "sine-step"
    rate = case.theta if has_sine else case.theta + case.coupling
    x, u, w = (torch.ones(case.size, dtype=DTYPES[case.precision]) for _ in range(3))
    mean = torch.tensor(math.sin(1) if has_sine else 1.0, dtype=torch.float64)

    @torch.compile
    def advance(x, u, w, mean):
        attraction = (case.coupling * case.step * mean).to(x.dtype)
        new = (1 - rate * case.step) * x + attraction + case.increment_scale * stable(u, w, case.alpha)
        x.copy_(new)
        return torch.mean(torch.sin(new) if has_sine else new, dtype=torch.float64)

    def step():
        nonlocal mean
        mean = advance(x, u.uniform_(), w.uniform_(), mean)

    return step, lambda: quantiles(x)


def scipy_noise(case, shape):
    """The increment in one of the three shapes, drawn by SciPy and NumPy."""
    neurons, alpha = shape[0], case.alpha
    if case.shape == "independent":
        draws = levy_stable.rvs(alpha, 0, size=shape)
    elif case.shape == "shared":
        draws = levy_stable.rvs(alpha, 0, size=(neurons, 1)) * np.ones(shape)
    else:
        mixing = levy_stable.rvs(alpha / 2, 1, scale=math.cos(math.pi * alpha / 4) ** (2 / alpha), size=(neurons, 1))
        draws = np.sqrt(2 * mixing) * np.random.standard_normal(shape)
    return torch.from_numpy(case.increment_scale * draws).to(DTYPES[case.precision])


def network_step(case):
    torch._dynamo.reset()  # compiled for this case alone
    dtype, n = DTYPES[case.precision], case.size
    data = np.load(case.data)
    x, labels = torch.tensor(data["inputs"], dtype=dtype), torch.tensor(data["labels"])
    points, inputs = x.shape
    classes = int(labels.max()) + 1
    torch.manual_seed(1)
    weights = (torch.rand(n, inputs, dtype=dtype) * 2 - 1) / math.sqrt(inputs)
    output = torch.randn(n, classes, dtype=dtype)

    def outputs(weights):
        return torch.tanh(x @ weights.T) @ output / n

    def loss():
        with torch.no_grad():
            return [float(F.cross_entropy(outputs(weights), labels))]

    if case.form == "autograd":
        weights.requires_grad_()

        def autograd():
            F.cross_entropy(outputs(weights), labels).backward()
            with torch.no_grad():
                weights.sub_(weights.grad, alpha=case.step * n)
                if case.scale:
                    weights.add_(scipy_noise(case, weights.shape))
            weights.grad = None

        return autograd, loss

    target = F.one_hot(labels).to(dtype)
    hidden, gradient = torch.empty(n, points, dtype=dtype), torch.empty(n, points, dtype=dtype)
    u, w = torch.empty_like(weights), torch.empty_like(weights)
    noise = torch.compile(lambda weights: weights.add_(stable(u, w, case.alpha), alpha=case.increment_scale))

    def by_hand(weights):
        torch.mm(weights, x.T, out=hidden).tanh_()
        residual = torch.softmax(torch.mm(hidden.T, output).div_(n), 1).sub_(target).mul_(-case.step / points)
        torch.mm(output, residual.T, out=gradient)
        gradient.mul_(hidden.square_().neg_().add_(1))
        weights.addmm_(gradient, x)

    @torch.compile
    def compiled(weights):
        hidden = torch.tanh(weights @ x.T)
        residual = (torch.softmax(hidden.T @ output / n, 1) - target) * (-case.step / points)
        weights.addmm_((output @ residual.T) * (1 - hidden * hidden), x)

    advance = {"by-hand": by_hand, "compiled": compiled}[case.form]

    @torch.no_grad()
    def step():
        advance(weights)
        if case.scale:
            u.uniform_()
            w.uniform_()
            noise(weights)

    return step, loss


def matrix_product(case):
    rows, columns, inner = case.dimensions
    left, right = (torch.randn(shape, dtype=DTYPES[case.precision]) for shape in ((rows, inner), (inner, columns)))
    product = torch.mm(left, right)
    return lambda: torch.mm(left, right, out=product), lambda: []


main(
    {
        "sampler": sampler,
        "ou-step": mean_field_step,
        "sine-step": mean_field_step,
        "network-step": network_step,
        "matrix-product": matrix_product,
    }
)
