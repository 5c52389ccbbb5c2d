"""The slope in n of the relative error of pruned independent norms, n = 32 ... 256, without mckean: docs/theory.md 17.3.

Norms of isotropic stable vectors in 64 dimensions, sqrt(2 A chi^2_64) with A positive alpha/2-stable by Kanter's formula;
the largest eighth is kept. Prints alpha, the slope of the mean of log error, its standard error, and theory's.

    python3 Tests/Reference/independent_norms.py [replicas]
"""

import sys

import numpy as np

WIDTHS = (32, 64, 128, 256)
REPLICAS = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
BLOCK = 4_000


def squared_norms(generator, alpha, shape):
    squares = 2 * generator.chisquare(64, shape)
    if alpha == 2:
        return squares
    a = alpha / 2
    u, w = np.pi * generator.random(shape), generator.standard_exponential(shape)
    mixing = np.sin(a * u) / np.sin(u) ** (1 / a) * (np.sin((1 - a) * u) / w) ** ((1 - a) / a)
    return mixing * squares


for alpha in (1.2, 1.5, 1.8, 2.0):
    generator = np.random.default_rng(1)
    log_n = np.log(WIDTHS)
    weights = (log_n - log_n.mean()) / ((log_n - log_n.mean()) ** 2).sum()
    slopes = []
    for _ in range(REPLICAS // BLOCK):
        errors = []
        for n in WIDTHS:
            squares = np.sort(squared_norms(generator, alpha, (BLOCK, n)), axis=1)
            errors.append(np.log(squares[:, : n - n // 8].sum(1) / squares.sum(1)).mean() / 2)
        slopes.append(weights @ errors)
    deviation = np.std(slopes, ddof=1) / len(slopes) ** 0.5
    print(f"{alpha:3} {np.mean(slopes):8.4f} {deviation:7.4f} {min(0, 0.5 - 1 / alpha):8.4f}")
