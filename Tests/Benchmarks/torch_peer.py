"""PyTorch on the CPU.

As its users write it: eager; the network by autograd, with SciPy's noise as the published code of arXiv 2306.08125
draws it. Tuned: arithmetic compiled, uniforms drawn eagerly (measured: faster than compiled ones); the network with the
gradient by hand, also "compiled", and with noise of the sampler here.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from scipy.stats import levy_stable

from contestant import main, quantiles

DTYPES = {"double": torch.float64, "single": torch.float32}
BLOCK = 1 << 16  # of the eager form; measured: half the time of whole arrays in double precision, the same in single
torch._dynamo.config.fail_on_recompile_limit_hit = True  # never eager where compiled is meant


def stable(size, case):
    """Symmetric α-stable draws by the formula of Chambers, Mallows and Stuck as it is printed."""
    alpha, dtype = case.alpha, DTYPES[case.precision]
    v = math.pi * (torch.rand(size, dtype=dtype) - case.half)
    w = -torch.log(1 - torch.rand(size, dtype=dtype))  # measured: faster than exponential_()
    factor = torch.sin(alpha * v) / torch.cos(v) ** (1 / alpha)
    return factor * (torch.cos((1 - alpha) * v) / w) ** ((1 - alpha) / alpha)


def tuned_stable(u, w, case):
    """The same draws, tuned: one power, from two arrays of uniforms."""
    alpha = case.alpha
    v = math.pi * (u - case.half)
    cosine = torch.cos(v)
    base = torch.cos((1 - alpha) * v) / (torch.log(1 - w) * cosine).abs()
    return torch.sin(alpha * v) / cosine * torch.exp2((1 - alpha) / alpha * torch.log2(base))


def sampler(case):
    torch._dynamo.reset()  # compiled for this case alone
    out, u, w = (torch.empty(case.size, dtype=DTYPES[case.precision]) for _ in range(3))

    def users_draws():
        for block in out.split(BLOCK):
            block[:] = stable(len(block), case)

    @torch.compile
    def transform(u, w):
        out.copy_(tuned_stable(u, w, case))

    def tuned_draws():
        transform(u.uniform_(), w.uniform_())

    return users_draws if case.form == "users" else tuned_draws, lambda: quantiles(out)


def mean_field_step(case):
    torch._dynamo.reset()  # compiled for this case alone
    has_sine = case.task == "sine-step"
    rate = case.theta if has_sine else case.theta + case.coupling
    x, u, w = (torch.ones(case.size, dtype=DTYPES[case.precision]) for _ in range(3))
    mean = torch.tensor(math.sin(1) if has_sine else 1.0, dtype=torch.float64)

    def users_step():
        mean = torch.mean(torch.sin(x) if has_sine else x)
        for block in x.split(BLOCK):
            noise = case.increment_scale * stable(len(block), case)
            block += (case.coupling * mean - rate * block) * case.step + noise

    @torch.compile
    def advance(x, u, w, mean):
        attraction = (case.coupling * case.step * mean).to(x.dtype)
        new = (1 - rate * case.step) * x + attraction + case.increment_scale * tuned_stable(u, w, case)
        x.copy_(new)
        return torch.mean(torch.sin(new) if has_sine else new, dtype=torch.float64)

    def tuned_step():
        nonlocal mean
        mean = advance(x, u.uniform_(), w.uniform_(), mean)

    return users_step if case.form == "users" else tuned_step, lambda: quantiles(x)


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
    """Tanh, fixed outputs and f = (1/n) Σ; or, of a "training-step", ReLU, trained outputs and f = Σ."""
    torch._dynamo.reset()  # compiled for this case alone
    dtype, n = DTYPES[case.precision], case.size
    data = np.load(case.data)
    x, labels = torch.tensor(data["inputs"], dtype=dtype), torch.tensor(data["labels"])
    points, inputs = x.shape
    classes = int(labels.max()) + 1
    torch.manual_seed(1)
    np.random.seed(1)
    weights = (torch.rand(n, inputs, dtype=dtype) * 2 - 1) / math.sqrt(inputs)
    is_trained = case.task == "training-step"
    if is_trained:
        output = (torch.rand(n, classes, dtype=dtype) * 2 - 1) / math.sqrt(n)
    else:
        output = torch.randn(n, classes, dtype=dtype)

    def outputs(weights):
        hidden = x @ weights.T
        return torch.relu(hidden) @ output if is_trained else torch.tanh(hidden) @ output / n

    def loss():
        with torch.no_grad():
            return [float(F.cross_entropy(outputs(weights), labels))]

    if case.form == "users":
        weights.requires_grad_()
        output.requires_grad_(is_trained)
        optimizer = torch.optim.SGD([weights, output] if is_trained else [weights], case.step * (1 if is_trained else n))

        def users_step():
            optimizer.zero_grad()
            F.cross_entropy(outputs(weights), labels).backward()
            optimizer.step()
            if case.scale:
                with torch.no_grad():
                    weights.add_(scipy_noise(case, weights.shape))

        return users_step, loss

    target = F.one_hot(labels).to(dtype)
    hidden, gradient = torch.empty(n, points, dtype=dtype), torch.empty(n, points, dtype=dtype)
    u, w = torch.empty_like(weights), torch.empty_like(weights)
    noise = torch.compile(lambda weights: weights.add_(tuned_stable(u, w, case), alpha=case.increment_scale))

    def by_hand(weights):
        torch.mm(weights, x.T, out=hidden).tanh_()
        residual = torch.softmax(torch.mm(hidden.T, output).div_(n), 1).sub_(target).mul_(-case.step / points)
        torch.mm(output, residual.T, out=gradient)
        gradient.mul_(hidden.square_().neg_().add_(1))
        weights.addmm_(gradient, x)

    def trained_by_hand(weights):
        torch.mm(weights, x.T, out=hidden).relu_()
        residual = torch.softmax(torch.mm(hidden.T, output), 1).sub_(target).mul_(-case.step / points)
        torch.mm(output, residual.T, out=gradient)
        gradient.mul_(hidden > 0)
        output.addmm_(hidden, residual)
        weights.addmm_(gradient, x)

    @torch.compile
    def compiled(weights):
        hidden = torch.tanh(weights @ x.T)
        residual = (torch.softmax(hidden.T @ output / n, 1) - target) * (-case.step / points)
        weights.addmm_((output @ residual.T) * (1 - hidden * hidden), x)

    advance = {"tuned": trained_by_hand if is_trained else by_hand, "compiled": compiled}[case.form]

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
        "training-step": network_step,
        "matrix-product": matrix_product,
    }
)
