"""What is measured: the jobs, each one process with the cases that it is given, and the keys of their times."""

import pathlib
import tomllib
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / ".build" / "benchmarks"

SECTIONS = ("limits", "sampler", "ou-step", "sine-step", "network-step", "training-step", "small-network", "growth")
PARTICLES = 1 << 20
NEURONS, INPUTS, POINTS, CLASSES = 4096, 784, 1000, 10
ALPHAS = (0.5, 1.0, 1.5, 1.9)
NETWORK_SHAPES = ("independent", "shared", "isotropic")
PAPER_NEURONS = 2000
PRODUCTS = {"network": (NEURONS, POINTS, INPUTS), "square": (2048, 2048, 2048)}  # rows, columns, inner dimension
TRIAD_SIZE = 1 << 24
EXPERIMENT = "network-chaos"
MAKE_RUN = ("network-chaos", "network-strong")  # what `make run` runs
GROWTH_PARTICLES = (10**4, 10**5, 10**6, 10**7)
GROWTH_NETWORKS = {  # (n, d, N)
    "n": [(n, INPUTS, POINTS) for n in (1024, 2048, 4096, 8192)],
    "d": [(NEURONS, d, POINTS) for d in (196, 392, 784, 1568)],
    "N": [(NEURONS, INPUTS, points) for points in (250, 500, 1000, 2000)],
}
DRAWS = {"alpha": 1.5, "shape": "independent", "scale": 1.0}
PARTICLE_STEP = DRAWS | {"step": 0.125, "theta": 1.0, "coupling": 1.0}
NETWORK_STEP = {"alpha": 1.5, "shape": "independent", "scale": 0.01, "step": 1.0}
TRAINING_STEP = {"alpha": 1.75, "shape": "independent", "scale": 0.01, "step": 0.01}  # of paper-ecg5000


class Key(NamedTuple):
    """What a time is of."""

    task: str
    contestant: str
    precision: str = "double"
    threads: int = 1
    variant: str = ""  # the α, the noise's shape or the size, where a task has several
    blas: str = "cleared"  # whether the host's settings of BLAS were "cleared" or "kept"


@dataclass
class Job:
    """One process: a program, and the cases that it is given."""

    program: str  # "mckean", or a peer's name
    threads: int = 1
    blas: str = "cleared"
    cases: list = field(default_factory=list)  # (sections, key, case)

    def add(self, sections, task, precision="double", form="plain", variant="", **case):
        contestant = self.program if form in ("plain", "users") else f"{self.program}-{form}"
        key = Key(task, contestant, precision, self.threads, variant, self.blas)
        words = {"task": task, "precision": precision, "threads": self.threads, "form": form}
        self.cases.append((sections.split(), key, words | case))


def mean_field_jobs():
    """The sampler and the two steps of particles on the line."""
    time = {"size": PARTICLES, "seconds": 0.25, "repetitions": 3, "warm_up": 4}
    programs = [("mckean", 1), ("mckean", 2), ("scipy", 1)]
    programs += [(program, threads) for program in ("numpy", "numba", "jax", "torch") for threads in (1, 2)]
    for program, threads in programs:
        job = Job(program, threads)
        peer_forms = ("users", "tuned") if threads == 1 else ("tuned",)
        forms = {"mckean": ("plain",), "scipy": ("users",)}.get(program, peer_forms)
        for form in forms:
            # SciPy draws doubles alone, and so does Numba's np.random.
            only_double = form == "users" and program in ("scipy", "numba")
            for precision in ("double",) if only_double else ("double", "single"):
                for alpha in ALPHAS if precision == "double" and threads == 1 else (1.5,):
                    # The draws alone belong to the OU step too.
                    sections = "sampler ou-step" if alpha == 1.5 else "sampler"
                    case = time | DRAWS | {"alpha": alpha}
                    job.add(sections, "sampler", precision, form, f"{alpha}", **case)
                for task in ("ou-step", "sine-step"):
                    job.add(task, task, precision, form, **time, **PARTICLE_STEP)
        if program == "mckean":
            for form in ("gsl-alone", "gsl"):
                job.add("sampler", "sampler", form=form, variant="1.5", **time, **DRAWS)
            for form in ("gsl", "own-model"):
                job.add("ou-step", "ou-step", form=form, **time, **PARTICLE_STEP)
            job.add("limits sampler sine-step", "uniforms", **time)
            job.add("limits ou-step sine-step", "triad", **time | {"size": TRIAD_SIZE})
        yield job


def network_jobs(blas):
    """The step of a wide network, and the matrix products that it consists of."""
    time = {"size": NEURONS, "seconds": 0.5, "repetitions": 3, "warm_up": 2}
    product_time = {"size": 1, "seconds": 0.1, "repetitions": 3, "warm_up": 1}
    forms = {"mckean": ("plain",), "torch": ("users", "tuned", "compiled")}
    for threads in (2, 1):
        for program in ("mckean", "torch", "jax", "numpy"):
            job = Job(program, threads, blas)
            data = data_file(POINTS, INPUTS, program)
            for form in forms.get(program, ("users", "tuned")):
                shapes = ("none", "independent")
                if threads == 1 and program != "mckean" or form == "compiled":
                    shapes = ("none",)
                elif threads == 2 and (program, form) in (("mckean", "plain"), ("torch", "users")):
                    shapes = ("none", *NETWORK_SHAPES)
                for shape in shapes:
                    noise = {"scale": 0.0} if shape == "none" else {"shape": shape}
                    case = time | NETWORK_STEP | noise
                    job.add("network-step", "network-step", "single", form, shape, data=data, **case)
            for form in ("plain",) if program == "mckean" else ("users", "tuned") if program == "torch" else ():
                for shape in ("none", *NETWORK_SHAPES) if form != "tuned" else ("none", "independent"):
                    noise = {"scale": 0.0} if shape == "none" else {"shape": shape}
                    case = time | TRAINING_STEP | noise | {"size": PAPER_NEURONS, "data": ecg5000_file(program)}
                    job.add("training-step", "training-step", "single", form, shape, **case)
            for name, dimensions in PRODUCTS.items() if program != "jax" else ():
                for precision in ("single", "double"):
                    sections = "limits network-step training-step small-network"
                    job.add(sections, "matrix-product", precision, variant=name, dimensions=dimensions, **product_time)
            yield job


def small_network_jobs(blas):
    """The built-in study of networks on handwritten digits."""
    settings = tomllib.loads((ROOT / f"Sources/McKeanVlasov/Experiments/{EXPERIMENT}.toml").read_text())
    data = str(ROOT / "Sources/McKeanVlasov/Data/digits.csv")
    for threads in (1, 2):
        job = Job("mckean", threads, blas)
        time = {"size": 8, "seconds": 0.5, "repetitions": 1, "warm_up": 1}
        job.add("small-network", "small-network", experiment=EXPERIMENT, **time)
        yield job
        job = Job("numpy", threads, blas)
        time = {"size": 1, "seconds": 0.5, "repetitions": 3, "warm_up": 4}
        for form in ("users", "tuned"):
            job.add("small-network", "small-network", form=form, settings=settings, data=data, **time)
        yield job


def growth_jobs():
    """mckean alone, at different sizes; a process for each n, so that its memory is that of this n."""
    for n in GROWTH_PARTICLES:
        job = Job("mckean")
        time = {"size": n, "seconds": 0.4, "repetitions": 5, "warm_up": 4, "check": False}
        job.add("growth", "ou-step", variant=f"{n}", **time, **PARTICLE_STEP)
        yield job
    job = Job("mckean", 2)
    for n, inputs, points in dict.fromkeys(network for networks in GROWTH_NETWORKS.values() for network in networks):
        time = {"size": n, "seconds": 0.15, "repetitions": 3, "warm_up": 1, "check": False}
        data = data_file(points, inputs, "mckean")
        job.add("growth", "network-step", "single", variant=f"{n},{inputs},{points}", data=data, **time, **NETWORK_STEP)
    yield job


def data_path(name, program):
    """CSV for mckean, NPZ for its peers."""
    path = WORK / "data" / f"{name}.{'csv' if program == 'mckean' else 'npz'}"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def ecg5000_file(program):
    """The 500 heartbeats of ECG5000 to learn from, class 1 against the rest."""
    path = data_path("ecg5000", program)
    if not path.exists():
        table = np.loadtxt(ROOT / "data" / "ECG5000_TRAIN.tsv", delimiter="\t")
        x, labels = table[:, 1:], (table[:, 0] != 1).astype(int)
        if program == "mckean":
            np.savetxt(path, np.column_stack([x, labels]), delimiter=",", fmt=["%.17g"] * x.shape[1] + ["%d"])
        else:
            np.savez(path, inputs=x, labels=labels)
    return str(path)


def data_file(points, inputs, program):
    """Classes around random centres, columns of about mean 0 and variance 1."""
    path = data_path(f"{points}x{inputs}", program)
    if not path.exists():
        generator = np.random.Generator(np.random.SFC64([1, inputs]))
        centres = generator.standard_normal((CLASSES, inputs))
        labels = np.arange(points) % CLASSES
        x = np.round((centres[labels] + 2 * generator.standard_normal((points, inputs))) / 5**0.5, 3)
        if program == "mckean":
            np.savetxt(path, np.column_stack([x, labels]), delimiter=",", fmt=["%.3f"] * inputs + ["%d"])
        else:
            np.savez(path, inputs=x, labels=labels)
    return str(path)
