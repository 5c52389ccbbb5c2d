#!/usr/bin/env python3
"""Prints the chaos error of the sine system beside the constant that theory gives it.

    python3 Tests/Reference/sine_constant.py RUN

RUN is the output directory of a `chaos` experiment with model sine-interaction, X_0 = 0 and reference "exact". There
sqrt(n) e(T) tends to N(0, V) (docs/theory.md, section 6), with rho = exp(-a(s-r)), s >= r, and

    V = kappa^2 int int Psi(s) Psi(r) Cov(s, r) ds dr over [0, T]^2,
    Psi(s) = exp(-a(T-s) + kappa int_s^T exp(-g)),    g(u) = sigma^alpha (1 - exp(-alpha a u)) / (alpha a),
    Cov(s, r) = exp(-g(s-r)) (exp(-|1-rho|^alpha g(r)) - exp(-(1+rho)^alpha g(r))) / 2,

so that sqrt(n) (E|e|^p)^(1/p) tends to sqrt(2 V) (Gamma((1+p)/2) / sqrt(pi))^(1/p): sqrt(2 V / pi) for p = 1.

One row per estimate of the terminal error: sqrt(n) times the value in curve.csv, its standard error over the replicas of
replicas.csv, the limit, and how far the value is off, in per cent and in standard errors.
"""

import argparse
import csv
import json
import math
import pathlib

import numpy as np


def variance(a, kappa, alpha, sigma, horizon, nodes=60):
    """V, by Gauss-Legendre in s and in w = sqrt((s-r)/s), since Cov bends like (s-r)^alpha at s = r."""
    x, weights = np.polynomial.legendre.leggauss(nodes)
    x, weights = (x + 1) / 2, weights / 2

    def g(u):
        return sigma**alpha * (u if a == 0 else -np.expm1(-alpha * a * u) / (alpha * a))

    def psi(s):
        rest = horizon - s
        inner = rest * (weights * np.exp(-g(s[..., np.newaxis] + rest[..., np.newaxis] * x))).sum(axis=-1)
        return np.exp(-a * rest + kappa * inner)

    s = (horizon * x)[:, np.newaxis]
    u = s * x**2
    r = s - u
    rho = np.exp(-a * u)
    cov = np.exp(-g(u)) * (np.exp(-np.abs(1 - rho) ** alpha * g(r)) - np.exp(-((1 + rho) ** alpha) * g(r))) / 2
    inner = (weights * 2 * s * x * psi(r) * cov).sum(axis=1)
    return 2 * kappa**2 * (horizon * weights * psi(s)[:, 0] * inner).sum()


def normal_norm(p):
    """(E|Z|^p)^(1/p) of a standard normal Z."""
    return math.sqrt(2) * (math.gamma((1 + p) / 2) / math.sqrt(math.pi)) ** (1 / p)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    run = parser.parse_args().run

    experiment = json.loads((run / "manifest.json").read_text())["experiment"]
    model = experiment["model"]
    if (model["name"], model["initial"], experiment["study"]["reference"]) != ("sine-interaction", 0, "exact"):
        parser.error('the run is not one of sine-interaction from initial = 0 against reference = "exact"')

    samples = {}
    with open(run / "replicas.csv", newline="") as file:
        for row in csv.DictReader(file):
            if row["metric"] == "terminal":
                samples.setdefault((row["alpha"], row["p"], row["n"]), []).append(float(row["value"]))
    print("alpha     p        n  steps   measured  std.error      limit    off %   off s.e.")
    with open(run / "curve.csv", newline="") as file:
        for row in csv.DictReader(file):
            if row["metric"] != "terminal":
                continue
            alpha, p, n = float(row["alpha"]), float(row["p"]), int(row["n"])
            powers = np.array(samples[row["alpha"], row["p"], row["n"]])
            measured = math.sqrt(n) * float(row["value"])
            # of mean^(1/p), to first order
            error = measured * powers.std(ddof=1) / math.sqrt(len(powers)) / powers.mean() / p
            v = variance(model["theta"], model["coupling"], alpha, float(row["scale"]), experiment["time"]["horizon"])
            limit = math.sqrt(v) * normal_norm(p)
            print(
                f"{alpha:<5} {p:>5} {n:>8} {row['steps']:>6} {measured:>10.6f} {error:>10.6f} {limit:>10.6f} "
                f"{100 * (measured / limit - 1):>8.2f} {(measured - limit) / error:>9.2f}"
            )


if __name__ == "__main__":
    main()
