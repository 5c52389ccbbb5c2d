#!/usr/bin/env python3
"""Recomputes what a `compressibility` experiment of two-layer networks with save-weights = true has written.

    python3 Tests/Reference/compressibility.py steps RUN [TRAIN] [--set key=value]
    python3 Tests/Reference/compressibility.py table RUN [TRAIN TEST] [--set key=value]
    python3 Tests/Reference/compressibility.py increments RUN TRAIN LATER [--shape S] [--factor C]

RUN and LATER are output directories, TRAIN and TEST the files of the data, CSV without a header; the last column holds the
label. Of other data, or rows chosen at random, leave them out: then the rows are those that RUN has saved. With n hidden
weights theta_i, output weights a_i and s = 1/n ("mean-field") or 1 ("standard"), one full-batch step of size dt is

    f(x) = s sum_i a_i psi(<theta_i, x>),   g_j = grad_f loss(f(x_j), y_j)
    theta_i <- theta_i - dt ((1/N) sum_j <g_j, a_i> psi'(<theta_i, x_j>) x_j + lambda theta_i) + increment_i
    a_i     <- a_i - dt (1/N) sum_j psi(<theta_i, x_j>) g_j       (output = "trained")

steps       networks without noise: from the initial weights all steps are taken again. One line a network: its setting, the
            largest difference over the largest weight, of hidden and of output weights, and how far each has moved.
table       from the final weights every accuracy, loss, pruned_fraction and relative_error, and from the initial weights and
            the increments the pruned fractions of the control and of the noise alone. A line for each that is not as the
            table prints it, then how many numbers were compared.
increments  LATER is the same run with one step more: its weights less one step without noise from those of RUN are one
            increment a neuron. For each of 16 averages of cos <u, x> and sin <u, x>: how many standard errors it is from the
            characteristic function of the noise at u. Then the largest difference of the output weights.

--set replaces a key of [model], --shape that of the noise, --factor its scale, to see each comparison fail.
"""

import argparse
import csv
import json
import pathlib

import numpy as np

import network


class Run:
    """An output directory: its experiment, the rows of its table, and the weights of each network."""

    def __init__(self, directory, replaced):
        self.directory = pathlib.Path(directory)
        manifest = json.loads((self.directory / "manifest.json").read_text())
        self.experiment = manifest["experiment"]
        self.replaced = dict(item.split("=") for item in replaced)
        with open(self.directory / "compression.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        # the rows of one network stand together
        self.networks = []
        for row in rows:
            name = [row[key] for key in ("n", "law", "shape", "alpha", "scale", "setting", "replica")]
            if not self.networks or self.networks[-1][0] != name:
                self.networks.append((name, []))
            self.networks[-1][1].append(row)

    def __iter__(self):
        """The suffix of the files, the model and the rows of each network."""
        for index, (_, rows) in enumerate(self.networks):
            suffix = f"-{index}" if len(self.networks) > 1 else ""
            setting = rows[0]["setting"]
            varied = dict(part.split("=") for part in setting.split(";")) if setting else {}
            model = {**self.experiment["model"], **varied, **self.replaced}
            model["weight-decay"] = float(model["weight-decay"])
            yield suffix, model, rows

    def has_data(self, part):
        return (self.directory / f"{part}-inputs.npy").exists()

    def data(self, part):
        return self.load(f"{part}-inputs", ""), self.load(f"{part}-labels", "").astype(int)

    def load(self, name, suffix):
        return np.load(self.directory / f"{name}{suffix}.npy")


def outputs(theta, a, x, model, neurons):
    s = 1 if model["output-scaling"] == "standard" else 1 / neurons
    return s * network.activate(model["activation"], theta @ x.T)[0].T @ a


def step(theta, a, x, labels, dt, model):
    """One step without noise, of hidden and output weights from the same values."""
    psi, slope = network.activate(model["activation"], theta @ x.T)
    f = outputs(theta, a, x, model, len(theta))
    gradient = network.loss_gradient(model["loss"], f, labels)
    hidden = -((a @ gradient.T) * slope) @ x / len(x) - model["weight-decay"] * theta
    return theta + dt * hidden, a - dt * psi @ gradient / len(x) if model["output"] == "trained" else a


def loss(name, f, labels):
    if name == "squared":
        return 0.5 * ((f - np.eye(f.shape[1])[labels]) ** 2).sum(axis=1)
    if name == "cross-entropy":
        largest = f.max(axis=1)
        return largest + np.log(np.exp(f - largest[:, np.newaxis]).sum(axis=1)) - f[np.arange(len(f)), labels]
    return np.logaddexp(0, -np.where(labels == 1, f[:, 0], -f[:, 0]))


def accuracy(name, f, labels):
    predicted = f[:, 0] > 0 if name == "logistic" else f.argmax(axis=1)
    return (predicted == labels).mean()


def compare_steps(run, x, labels):
    for suffix, model, rows in run:
        initial = run.load("weights-initial", suffix), run.load("output-initial", suffix)
        found = run.load("weights", suffix), run.load("output", suffix)
        weights = initial
        for _ in range(int(rows[0]["steps"])):
            weights = step(*weights, x, labels, float(rows[0]["dt"]), model)
        difference = [np.abs(f - w).max() / np.abs(w).max() for f, w in zip(found, weights)]
        movement = [np.abs(w - i).max() / np.abs(w).max() for w, i in zip(weights, initial)]
        print(rows[0]["setting"], rows[0]["n"], *(f"{number:.3g}" for number in difference + movement))


def neurons_dropped(theta, criterion, threshold):
    """How many neurons go, and all of them, smallest norm first."""
    squares = (theta**2).sum(axis=1)
    order = np.argsort(squares, kind="stable")
    lost = np.concatenate([[0], np.cumsum(squares[order])])
    if criterion == "ratio":
        return int(np.floor(threshold * len(theta) + 0.5)), order
    return int(np.flatnonzero(lost <= threshold * lost[-1]).max()), order


def compare_table(run, sets):
    compared = 0
    for suffix, model, rows in run:
        theta, a = run.load("weights", suffix), run.load("output", suffix)
        increments = run.load("increments", suffix)
        baseline = run.load("weights-initial", suffix) + increments
        for row in rows:
            rule = row["criterion"], float(row["threshold"])
            dropped, order = neurons_dropped(theta, *rule)
            pruned = theta.copy()
            pruned[order[:dropped]] = 0
            expected = {
                "pruned_fraction": dropped / len(theta),
                "relative_error": np.linalg.norm(pruned - theta) / np.linalg.norm(theta),
                "baseline_pruned_fraction": neurons_dropped(baseline, *rule)[0] / len(theta),
            }
            if row["law"] == "none":
                assert not increments.any() and row["noise_pruned_fraction"] == ""
            else:
                expected["noise_pruned_fraction"] = neurons_dropped(increments, *rule)[0] / len(theta)
            kept = np.sort(order[dropped:])
            for part, (x, labels) in sets.items():
                for when, neurons in [("before", np.arange(len(theta))), ("after", kept)]:
                    f = outputs(theta[neurons], a[neurons], x, model, len(theta))
                    expected[f"{part}_accuracy_{when}"] = accuracy(model["loss"], f, labels)
                    expected[f"{part}_loss_{when}"] = loss(model["loss"], f, labels).mean()
            for key, number in expected.items():
                rounded = "loss" in key or key == "relative_error"
                agrees = row[key] == f"{number:.10g}" if rounded else float(row[key]) == number
                compared += 1
                if not agrees:
                    print(suffix, *rule, key, row[key], repr(float(number)))
    print("compared", compared)


def compare_increments(run, later, x, labels, shape, factor):
    increments, outputs_off = [], 0.0
    for (suffix, model, rows), (_, _, later_rows) in zip(run, later):
        assert int(later_rows[0]["steps"]) == int(rows[0]["steps"]) + 1
        dt = float(rows[0]["dt"])
        theta, a = step(run.load("weights", suffix), run.load("output", suffix), x, labels, dt, model)
        increments.append(later.load("weights", suffix) - theta)
        outputs_off = max(outputs_off, np.abs(later.load("output", suffix) - a).max())
    draws = np.concatenate(increments)
    alpha = float(rows[0]["alpha"])
    scale = factor * float(rows[0]["scale"]) * dt ** (1 / alpha)
    for direction in [(1, 0, 0), (1, 1, 0), (1, -1, 0), (1, 2, -2)]:
        for size in [0.5, 1.0]:
            u = np.array(direction) * size / scale
            if shape == "independent":
                exponent = (np.abs(scale * u) ** alpha).sum()
            elif shape == "shared":
                exponent = np.abs(scale * u.sum()) ** alpha
            else:
                exponent = np.linalg.norm(scale * u) ** alpha
            for values, expected in [(np.cos(draws @ u), np.exp(-exponent)), (np.sin(draws @ u), 0.0)]:
                # equal coordinates leave rounding alone
                error = values.std(ddof=1) / np.sqrt(len(values)) + 1e-6
                print(f"{(values.mean() - expected) / error:.4f}")
    print("outputs", outputs_off)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["steps", "table", "increments"])
    parser.add_argument("run")
    parser.add_argument("train", nargs="?")
    parser.add_argument("other", nargs="?", help="TEST or LATER")
    parser.add_argument("--set", action="append", default=[], metavar="key=value")
    parser.add_argument("--shape")
    parser.add_argument("--factor", type=float, default=1)
    arguments = parser.parse_args()

    run = Run(arguments.run, arguments.set)
    settings = run.experiment["data"]
    if arguments.what == "table" and arguments.train is None:
        compare_table(run, {part: run.data(part) for part in ("train", "test") if run.has_data(part)})
        return
    x, labels = network.read_data(arguments.train, settings) if arguments.train else run.data("train")
    if arguments.what == "steps":
        compare_steps(run, x, labels)
    elif arguments.what == "table":
        compare_table(run, {"train": (x, labels), "test": network.read_data(arguments.other, settings)})
    else:
        later = Run(arguments.other, arguments.set)
        shape = arguments.shape or run.networks[0][1][0]["shape"]
        compare_increments(run, later, x, labels, shape, arguments.factor)


if __name__ == "__main__":
    main()
