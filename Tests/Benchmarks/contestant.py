"""What the peers share: the cases that they are asked for, the clock, and the answer.

A peer is a program. Its argument is a JSON list of cases; it prints one JSON line a case with the seconds of every
repetition after a warm-up, and with a few numbers (`check`) by which the driver sees that all peers did the same work.

The work comes in two forms: as the peer's "users" write it, plain formulas as they are printed; and "tuned" for this
benchmark, the fastest way found, whatever it takes.
"""

import dataclasses
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np


@dataclasses.dataclass
class Case:
    task: str
    threads: int
    precision: str  # "double" or "single"
    size: int  # draws, particles or neurons
    warm_up: int  # repetitions before the check and the clock
    seconds: float  # time at least so long,
    repetitions: int  # and at least so many repetitions
    form: str = "users"
    alpha: float = 1.5
    shape: str = "independent"  # of the noise
    scale: float = 1.0  # of the noise, 0 for none
    step: float = 0.125  # Δt
    theta: float = 1.0
    coupling: float = 1.0
    data: str = ""  # a file of inputs and labels
    settings: dict = dataclasses.field(default_factory=dict)  # a built-in experiment
    dimensions: tuple = ()  # rows, columns and inner dimension of a matrix product

    @property
    def dtype(self):
        return np.dtype({"double": np.float64, "single": np.float32}[self.precision])

    @property
    def half(self):
        """Takes a uniform to ±1/2; in single precision to the middles of 2^24 cells, so that cos πv is above 0."""
        return 0.5 if self.precision == "double" else 0.5 - 2**-25

    @property
    def increment_scale(self):
        """γ of one step: the increment over Δt is SαS(σ Δt^(1/α))."""
        return self.scale * self.step ** (1 / self.alpha)


def quantiles(values):
    """The median and the 99 % quantile of |x|: body and tail."""
    return [float(q) for q in np.quantile(np.abs(np.asarray(values, np.float64)), [0.5, 0.99])]


def in_threads(count, size, block, body):
    """A function that calls body(thread, start, stop) for every block of 0..size, each thread with one part of them."""
    part = -(-size // count)

    def work(thread):
        stop = min((thread + 1) * part, size)
        for start in range(thread * part, stop, block):
            body(thread, start, min(start + block, stop))

    if count == 1:
        return lambda: work(0)
    pool = ThreadPoolExecutor(count)
    return lambda: list(pool.map(work, range(count)))


def digits(path, rows):
    """Inputs divided by their largest value, and labels, of a table whose last column is the label."""
    table = np.loadtxt(path, delimiter=",")[:rows]
    return table[:, :-1] / np.abs(table[:, :-1]).max(), np.unique(table[:, -1], return_inverse=True)[1]


def main(tasks):
    """Runs the cases; tasks[name](case) makes a function that does the work once, and one that checks its state."""
    for case in json.loads(sys.argv[1]):
        case = Case(**case)
        step, check = tasks[case.task](case)
        for _ in range(case.warm_up):
            step()
        answer = check()
        seconds = []
        while len(seconds) < case.repetitions or sum(seconds) < case.seconds:
            start = time.perf_counter()
            step()
            seconds.append(time.perf_counter() - start)
        print(json.dumps({"seconds": seconds, "check": answer}), flush=True)
