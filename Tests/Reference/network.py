#!/usr/bin/env python3
"""Recomputes the trajectories of a two-layer network without noise, and prints how far they are off.

    python3 Tests/Reference/network.py RUN DATA [--set key=value]

RUN is the output directory of a `trajectory` experiment with scale = 0, DATA the file that its [data] names; the last
column holds the label. Initial weights and output weights are read from the run, everything else is computed here, with
dense arrays over neurons, data points and outputs:

    f(x) = (1/n) sum_i a_i psi(<theta_i, x>)
    theta_i <- theta_i - dt ((1/N) sum_j <grad_f loss(f(x_j), y_j), a_i> psi'(<theta_i, x_j>) x_j + lambda theta_i)

One line per combination: its activation and loss, the largest difference over the largest weight of any snapshot after the first, and
how far the weights have moved, on the same scale. --set replaces a key of [model], to see the comparison fail.
"""

import argparse
import csv
import json
import math
import pathlib

import numpy as np

erf = np.vectorize(math.erf)


def activate(name, z):
    """psi(z) and psi'(z)."""
    if name == "tanh":
        return np.tanh(z), 1 - np.tanh(z) ** 2
    if name == "sigmoid":
        return 0.5 * (1 + np.tanh(z / 2)), 1 / (4 * np.cosh(z / 2) ** 2)
    if name == "erf":
        return erf(z), 2 * np.exp(-(z**2)) / math.sqrt(math.pi)
    if name == "softplus":
        return np.logaddexp(0, z), 0.5 * (1 + np.tanh(z / 2))
    if name == "relu":
        return np.where(z > 0, z, 0), np.where(z > 0, 1, 0)
    raise ValueError(f"activation {name}")


def loss_gradient(name, f, labels):
    """The gradient of the loss in f, one row a data point."""
    if name == "squared":
        return f - np.eye(f.shape[1])[labels]
    if name == "cross-entropy":
        softmax = np.exp(f) / np.exp(f).sum(axis=1, keepdims=True)
        return softmax - np.eye(f.shape[1])[labels]
    if name == "logistic":
        y = np.where(labels == 1, 1.0, -1.0)[:, np.newaxis]
        return -y * 0.5 * (1 - np.tanh(y * f / 2))
    raise ValueError(f"loss {name}")


def gradient_step(theta, a, x, labels, dt, model):
    """One full-batch Euler step; theta is n x d, a is n x C, x is N x d."""
    psi, slope = activate(model["activation"], theta @ x.T)
    f = np.einsum("ic,ij->jc", a, psi) / len(theta)
    residual = np.einsum("jc,ic->ij", loss_gradient(model["loss"], f, labels), a)
    drift = -np.einsum("ij,ij,jk->ik", residual, slope, x) / len(x)
    return theta + dt * (drift - model["weight-decay"] * theta)


def read_data(path, settings):
    table = np.loadtxt(path, delimiter=",")[: settings.get("rows")]
    x, labels = table[:, :-1], np.unique(table[:, -1], return_inverse=True)[1]
    scaling = settings.get("scaling", "none")
    if scaling == "unit-interval":
        x = x / np.abs(x).max()
    elif scaling != "none":
        raise ValueError(f"scaling {scaling}")
    return x, labels


def combinations(run, model):
    """The suffix of the files and the model of each combination."""
    if not (run / "combinations.csv").exists():
        return [("", model)]
    with open(run / "combinations.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    varied = [dict(part.split("=") for part in row["setting"].split(";")) for row in rows]
    return [(f"-{row['index']}", {**model, **setting}) for row, setting in zip(rows, varied)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("data")
    parser.add_argument("--set", action="append", default=[], metavar="key=value")
    arguments = parser.parse_args()

    experiment = json.loads((arguments.run / "manifest.json").read_text())["experiment"]
    if experiment["noise"]["scale"] != 0:
        parser.error("the run has noise; only scale = 0 can be recomputed")
    x, labels = read_data(arguments.data, experiment["data"])
    steps = experiment["time"]["steps"]
    dt = experiment["time"]["horizon"] / steps
    for suffix, model in combinations(arguments.run, experiment["model"]):
        setting = f"{model['activation']};{model['loss']}"
        model = {**model, **dict(item.split("=") for item in arguments.set)}
        model["weight-decay"] = float(model["weight-decay"])
        states = np.load(arguments.run / f"states{suffix}.npy")
        outputs = np.load(arguments.run / f"output-weights{suffix}.npy")
        stride = steps // (states.shape[1] - 1)
        difference, movement = 0.0, 0.0
        for snapshots, a in zip(states, outputs):
            theta = snapshots[0]
            for step in range(1, steps + 1):
                theta = gradient_step(theta, a, x, labels, dt, model)
                if step % stride == 0:
                    found = snapshots[step // stride]
                    difference = max(difference, np.abs(found - theta).max() / np.abs(theta).max())
            movement = max(movement, np.abs(theta - snapshots[0]).max() / np.abs(theta).max())
        print(f"{setting} {difference:.3g} {movement:.3g}")


if __name__ == "__main__":
    main()
