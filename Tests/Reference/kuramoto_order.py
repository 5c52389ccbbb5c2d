#!/usr/bin/env python3
"""Prints the stationary order of Kuramoto's oscillators beside the one that theory gives.

    python3 Tests/Reference/kuramoto_order.py RUN RUN_WITH_TWICE_THE_STEPS

The runs are the output directories of `trajectory` experiments with model kuramoto, a constant, normal or Lorentzian
(stable, alpha = 1) frequency and the observable "order-parameter". The order is its mean over the second half of the
time; the runs share their noise, so that twice the finer minus the coarser one is taken replica by replica.

Theory (docs/theory.md, section 11): with K the coupling and g the law of the frequencies less their mean,

    r = int g(omega) Re R_1(omega) domega,  R_k = 1 / (2 (sigma^alpha k^(alpha-1) - i omega) / (K r) + R_(k+1)),

where a Lorentzian of half-width D has i omega replaced by -D. 0 below the onset.
"""

import argparse
import csv
import json
import pathlib

import numpy as np


def frequencies(law):
    """Points and weights, and the half-width of a Lorentzian."""
    if not isinstance(law, dict) or law["law"] == "stable" and law["alpha"] == 1:
        return np.zeros(1), np.ones(1), 0 if not isinstance(law, dict) else law["scale"]
    if law["law"] != "normal":
        raise SystemExit("the frequency is neither a constant nor normal nor Lorentzian")
    x = np.linspace(-8, 8, 801)
    weights = np.exp(-(x**2) / 2)
    return law["standard-deviation"] * x, weights / weights.sum(), 0


def order(coupling, alpha, sigma, law):
    omega, weights, width = frequencies(law)

    def excess(r):
        fraction = np.zeros_like(omega, dtype=complex)
        for k in range(400, 0, -1):
            fraction = 1 / (2 * (sigma**alpha * k ** (alpha - 1) + width - 1j * omega) / (coupling * r) + fraction)
        return (weights * fraction.real).sum() - r

    low, high = 1e-4, 1.0
    if excess(low) < 0:
        return 0.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return low


def measured(run):
    """(alpha, scale, setting) -> means of the replicas."""
    rows = list(csv.DictReader(open(run / "observables.csv", newline="")))
    half = max(float(row["time"]) for row in rows) / 2
    sums = {}
    for row in rows:
        if row["observable"] == "order-parameter" and float(row["time"]) > half:
            key = float(row["alpha"] or 2), float(row["scale"]), row["setting"]
            sums.setdefault(key, {}).setdefault(int(row["replica"]), []).append(float(row["value"]))
    return {key: np.array([np.mean(values[r]) for r in sorted(values)]) for key, values in sums.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("finer", type=pathlib.Path)
    arguments = parser.parse_args()
    model = json.loads((arguments.run / "manifest.json").read_text())["experiment"]["model"]
    coarse, fine = measured(arguments.run), measured(arguments.finer)
    print("alpha  setting                     step      step/2  extrapolated  std.error      theory   off %")
    for key, orders in coarse.items():
        alpha, scale, setting = key
        coupling = model["coupling"]
        for part in setting.split(";"):
            if part.startswith("coupling="):
                coupling = float(part.removeprefix("coupling="))
        extrapolated = 2 * fine[key] - orders
        exact = order(coupling, alpha, scale, model["frequency"])
        off = f"{100 * (extrapolated.mean() / exact - 1):7.2f}" if exact else ""
        print(
            f"{alpha:<6} {setting:<20} {orders.mean():>10.5f} {fine[key].mean():>11.5f} {extrapolated.mean():>13.5f} "
            f"{extrapolated.std(ddof=1) / len(orders) ** 0.5:>10.5f} {exact:>11.5f} {off}"
        )


if __name__ == "__main__":
    main()
