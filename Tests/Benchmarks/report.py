"""Writes what was measured as the text of docs/benchmarks.md: targets, the machine's limits, a table a task."""

import datetime
import importlib.metadata
import os
import platform
import statistics
import subprocess
import sys
from dataclasses import dataclass

from cases import (
    ALPHAS,
    GROWTH_NETWORKS,
    GROWTH_PARTICLES,
    INPUTS,
    MAKE_RUN,
    NETWORK_SHAPES,
    NEURONS,
    PAPER_NEURONS,
    PARTICLES,
    POINTS,
    PRODUCTS,
    ROOT,
    SECTIONS,
    TRIAD_SIZE,
    Key,
)

NAMES = {
    "mckean": "**mckean**",
    "mckean-gsl": 'mckean, `sampler = "gsl"`',
    "mckean-own-model": "mckean, a user's own model",
    "mckean-gsl-alone": "GSL alone (`gsl_ran_levy` on `taus2`)",
    "scipy": "SciPy `levy_stable.rvs`",
}
for program, name in {"numpy": "NumPy", "numba": "Numba", "jax": "JAX", "torch": "PyTorch"}.items():
    NAMES[program] = f"{name}, as its users write it"
    NAMES[f"{program}-tuned"] = f"{name}, tuned for this benchmark"
NAMES["torch-compiled"] = "PyTorch, tuned for this benchmark, compiled"
# With more than so many processors in use by others a time is not to be trusted, least of all on two threads.
QUIET = 0.1
USERS = ("numpy", "numba", "jax", "torch")
TUNED = ("numpy-tuned", "numba-tuned", "jax-tuned", "torch-tuned", "torch-compiled")
PEERS = (*sorted(USERS + TUNED, key=lambda name: USERS.index(name.split("-")[0])),)

HEAD = """# Benchmarks

This file is written by `make bench`, on the machine and with the versions named below: do not edit it.

    make bench                            # all of it, about {minutes:.0f} min here; writes docs/benchmarks.md
    make bench ROUNDS=1                   # the same, quickly and roughly; writes out/benchmarks.md
    make bench ONLY=sampler,ou-step       # some of {sections};
                                          # writes out/benchmarks.md
    make bench AGAINST=/path/to/mckean    # also the experiments of `make run` with another build of the command

It makes a virtual environment of pinned versions (`Tests/Benchmarks/requirements.txt`) in `.build/benchmarks` once, and
needs a network for that.

## What is compared

- **Sampler**: {particles:,} symmetric α-stable draws into an array.
- **OU step**: one Euler step, noise included, of $dX^i=-(\\theta X^i+\\kappa(X^i-m))dt+dL^i$, $m$ the mean; n =
  {particles:,}, α = 1.5. **Sine step**: the same of $dX^i=(-\\theta X^i+\\kappa\\,\\mathrm{{mean}}(\\sin X))dt+dL^i$.
- **Network step**: one full-batch gradient step of a two-layer network, tanh, cross-entropy, n = {neurons:,} neurons,
  d = {inputs}, N = {points:,} data points, 10 classes, single precision; without noise and with each shape of it, α =
  1.5.
- **Training step**: one step of `paper-ecg5000`, as arXiv 2306.08125 trains: 500 heartbeats of 140 samples in two
  classes, n = {paper_neurons:,} neurons, ReLU, cross-entropy, both layers trained, single precision, α = 1.75.
- **Small network**: one replica of the built-in experiment `network-chaos`: seven coupled networks of 16 to 1,024
  neurons, 32 steps, and their errors.

## Why it is fair

- *Side by side.* In every round ({rounds} here) each contestant is a fresh process, one after the other, in an order
  that moves on by one a round. A process counts with the median of its repetitions. Tables show the median over the
  rounds (least–largest); ratios are formed within a round.
- *Warm.* Every process repeats the work before the clock starts, compilation included.
- *The same work.* Every contestant's draws and states (median and 99 % quantile), losses and errors are compared with
  mckean's, and the benchmark stops where they differ by more than sampling error. Each contestant seeds its generator
  once; mckean alone computes every draw from particle, step and component.
- *The same precision.* In single precision the peers draw 24-bit uniforms, which cut the tail; mckean keeps 52 bits.
- *A quiet machine.* The processor time that others use while a process is timed is measured; where it is more than a
  tenth of a processor, the setting below says that the times are not to be trusted.
- *The same cores.* One thread means one core, the same for everyone; two threads are two for every library, BLAS
  included. What depends on BLAS is run without the host's settings of it (`OPENBLAS_CORETYPE` and the like), and also
  with them where there are any.
- *Every peer in two forms*: as its users write it, formulas as they are printed (for draws that of Chambers, Mallows
  and Stuck, with sines, cosines and powers), which is what the package costs them; and tuned for this benchmark, in the
  fastest way found, however unlikely anybody is to write it, which is what the package can do.
- *As its users write it*: NumPy and PyTorch in blocks that stay in cache all the same, which favours them; PyTorch's
  network by autograd with SciPy's noise, as published code draws it.
- *Tuned for this benchmark*; each peer's file in `Tests/Benchmarks` says what was tried. NumPy: in place, in threads,
  with tangents of half angles where its sines have no vector code. Numba: one power, fast-math flags; from PyPI it has
  no vector mathematics library. JAX: one power, gradient by hand. PyTorch: compiled, uniforms eager; gradient by hand.
"""


@dataclass
class Setting:
    rounds: int
    in_use: list  # processors that others used while each process ran
    minutes: float
    blas: dict
    mckean: object  # the contestant's path
    environment: object  # of a process, by threads and settings of BLAS


class Times:
    """The seconds of every key, a number a round."""

    def __init__(self, results):
        self.results = results

    def __call__(self, task, contestant="mckean", *rest, **others):
        result = self.results.get(Key(task, contestant, *rest, **others))
        return result and result["seconds"]

    def fastest(self, contestants, *key):
        """The contestant with the smallest median, and its seconds."""
        times = {name: self(key[0], name, *key[1:]) for name in contestants}
        times = {name: seconds for name, seconds in times.items() if seconds}
        return min(times.items(), key=lambda item: statistics.median(item[1])) if times else (None, None)


def number(values):
    """The median and the range."""
    values = (statistics.median(values), min(values), max(values))
    text = [f"{value:.3g}" if value < 1000 else f"{value:,.0f}" for value in values]
    return text[0] if text[1] == text[2] else f"{text[0]} ({text[1]}–{text[2]})"


def threads_text(threads):
    return f"{threads} thread{'s' * (threads > 1)}"


def ratio(a, b):
    return [x / y for x, y in zip(a, b, strict=True)]


def table(header, rows):
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def comparison_table(times, task, contestants, columns, unit, first="", extra_rows=()):
    """A row a contestant; cells hold the time in units and how many times mckean's that is."""
    rows = []
    for name in contestants:
        cells = []
        for _, key in columns:
            seconds, own = times(task, name, *key), times(task, "mckean", *key)
            cell = number([second / unit for second in seconds]) if seconds else ""
            if seconds and own and name != "mckean":
                cell += f"; {statistics.median(ratio(seconds, own)):.3g} ×"
            cells.append(cell)
        if any(cells):
            rows.append([NAMES[name], *cells])
    return table([first, *(title for title, _ in columns)], [*rows, *extra_rows]) if rows else ""


PRECISIONS = [
    (f"{precision}, {threads_text(threads)}", (precision, threads))
    for precision in ("double", "single")
    for threads in (1, 2)
]


def columns_of(variant):
    return [(title, (*key, variant)) for title, key in PRECISIONS]


# MARK: targets


TARGETS = """Against peers as their users write them there are targets, against peers tuned for this benchmark there are
none. "At most" is what the ratio could be here: the peer's time over that of mckean's two uniforms a draw alone, or
over that of the network's matrix products at the measured peak, the highest of any library.

"""


def targets(times, results, comparison):
    """Rows of: what, target, measured, whether it is met and what is possible."""
    rows = []

    def add(what, relation, bound, values, note=""):
        if values:
            measured = statistics.median(values)
            met = measured >= bound if relation == "≥" else measured <= bound
            rows.append([what, f"{relation} {bound:.3g}", number(values), ("pass" if met else "**fail**") + note])
        else:
            rows.append([what, f"{relation} {bound:.3g}", "not measured", ""])

    def add_ratio(what, relation, bound, a, b, note=""):
        add(what, relation, bound, a and b and ratio(a, b), note)

    def add_fastest(what, contestants, *key, bound=None, floor=None):
        """The fastest contestant's time over mckean's; `floor` is what no implementation can undercut."""
        name, seconds = times.fastest(contestants, *key)
        own = times(key[0], "mckean", *key[1:])
        what = f"{what}: {NAMES.get(name, 'peers')} / mckean"
        limit = f"at most {statistics.median(ratio(seconds, floor)):.3g}" if seconds and floor else ""
        if bound:
            add_ratio(what, "≥", bound, seconds, own, limit and f"; {limit}")
        elif seconds and own:
            rows.append([what, "", number(ratio(seconds, own)), limit])

    vector, uniforms = times("sampler", variant="1.5"), times("uniforms")
    key = ("sampler", "double", 1, "1.5")
    add_ratio("sampler, double: GSL alone / mckean", "≥", 12, times(key[0], "mckean-gsl-alone", *key[1:]), vector)
    add_fastest("sampler, double, fastest peer", USERS, *key, bound=6, floor=uniforms)
    add_fastest("sampler, double, fastest peer", TUNED, *key, floor=uniforms)
    add_ratio("sampler: double / single", "≥", 1.6, vector, times("sampler", precision="single", variant="1.5"))
    step, own_model = times("ou-step"), times("ou-step", "mckean-own-model")
    add_fastest("OU step, double", ("jax", "jax-tuned"), "ou-step", "double", 1, bound=6)
    add_ratio('OU step, double: `sampler = "gsl"` / vector', "≥", 12, times("ou-step", "mckean-gsl"), step)
    add_ratio("OU step, double: step / its draws alone", "≤", 1.4, step, vector)
    add_ratio("OU step, double: one thread / two", "≥", 1.8, step, times("ou-step", threads=2))
    add_ratio("OU step, double: a user's own model / the built-in one", "≤", 1.1, own_model, step)
    add_fastest("sine step, double, fastest peer", USERS, "sine-step", "double", 1, bound=4, floor=uniforms)
    add_fastest("sine step, double, fastest peer", TUNED, "sine-step", "double", 1, floor=uniforms)

    what, key = "network step without noise, 2 threads", ("network-step", "single", 2, "none")
    network = times(key[0], "mckean", *key[1:])
    products = product_seconds(times, network_flops(), "single", 2)
    add_ratio(f"{what}: share of the matrix-product peak", "≥", 0.7, products, network)
    add_fastest(what, ("torch",), *key, bound=1.8, floor=products)
    add_fastest(what, ("torch-tuned", "torch-compiled"), *key, floor=products)
    add_fastest(f"{what}, fastest peer", TUNED, *key, floor=products)
    key = ("network-step", "single", 2, "independent")
    add_fastest("network step, independent noise, 2 threads", ("torch",), *key, bound=4)
    shares = {}
    for shape in NETWORK_SHAPES if network else ():
        noisy = times("network-step", "mckean", "single", 2, shape)
        shares[shape] = [1 - a / b for a, b in zip(network, noisy, strict=True)]
    costliest = max(shares, key=lambda shape: statistics.median(shares[shape]), default="costliest")
    add(f"network step, 2 threads: share of the noise, {costliest} shape", "≤", 0.15, shares.get(costliest))
    for shape, bound in {"none": 1.8, "independent": 5, "shared": 1.8, "isotropic": 1.8}.items():
        noise = "without noise" if shape == "none" else f"{shape} noise"
        for threads in (1, 2):
            what, key = f"training step, {noise}, {threads_text(threads)}", ("training-step", "single", threads, shape)
            floor = product_seconds(times, TRAINING_FLOPS, "single", threads) if shape == "none" else None
            add_fastest(what, ("torch",), *key, bound=bound, floor=floor)
            add_fastest(what, ("torch-tuned",), *key, floor=floor)
    for threads in (1, 2):
        what, key = f"small network, {threads_text(threads)}", ("small-network", "double", threads)
        products = product_seconds(times, SMALL_NETWORK_FLOPS, "double", threads)
        add_fastest(what, ("numpy",), *key, bound=5, floor=products)
        add_fastest(what, ("numpy-tuned",), *key, floor=products)

    for experiment in MAKE_RUN:
        found = comparison.get(experiment, {"seconds": {"this": None, "other": None}, "largest difference": None})
        add_ratio(f"`{experiment}`: this build / the other", "≤", 1 / 3, *found["seconds"].values())
        difference = found["largest difference"]
        values = None if difference is None else [difference]
        add(f"`{experiment}`: largest relative difference in curve.csv", "≤", 1e-9, values)
    sizes = [times("ou-step", variant=f"{n}") for n in GROWTH_PARTICLES]
    spread, memory = None, None
    if all(sizes):
        each = [[second / n for second in seconds] for seconds, n in zip(sizes, GROWTH_PARTICLES, strict=True)]
        spread = [max(values) / min(values) for values in zip(*each, strict=True)]
        memory = [results[Key("ou-step", "mckean", "double", 1, f"{GROWTH_PARTICLES[-1]}")]["megabytes"]]
    add("OU step: largest / smallest time a particle, n = 10^4 … 10^7", "≤", 1.2, spread)
    add("OU step, n = 10^7: memory, MB", "≤", 400, memory)
    return TARGETS + table(["", "target", "measured", ""], rows)


# MARK: tables


def product_flops(dimensions):
    rows, columns, inner = dimensions
    return 2 * rows * columns * inner


def network_flops(n=NEURONS, inputs=INPUTS, points=POINTS):
    """Two products of N × d and d × n matrices."""
    return 2 * product_flops((n, points, inputs))


# Data points, inputs and classes of ECG5000; two products with the inputs, three with the outputs.
TRAINING_FLOPS = network_flops(PAPER_NEURONS, 140, 500) + 3 * product_flops((PAPER_NEURONS, 500, 2))
# Seven networks, 2032 neurons in all, on 400 digits of 64 pixels, 32 steps.
SMALL_NETWORK_FLOPS = 32 * network_flops(2032, 64, 400)


def product_seconds(times, flops, precision, threads, blas="cleared"):
    """What products of so many operations take, round by round, at the peak: the fastest library's faster product."""
    rates = [
        [product_flops(dimensions) / second for second in seconds]
        for contestant in LIBRARIES
        for name, dimensions in PRODUCTS.items()
        if (seconds := times("matrix-product", contestant, precision, threads, name, blas))
    ]
    return [flops / max(values) for values in zip(*rates, strict=True)]


LIBRARIES = {"mckean": "OpenBLAS of mckean", "numpy": "OpenBLAS of NumPy", "torch": "MKL of PyTorch"}


def limits(times, blas_kinds):
    rows = []
    uniforms = [times("uniforms", threads=threads) for threads in (1, 2)]
    if all(uniforms):
        cells = [number([second / PARTICLES * 1e9 for second in seconds]) for seconds in uniforms]
        rows.append(["the two uniforms of a draw (Philox), ns a draw", *cells])
    triads = [times("triad", threads=threads) for threads in (1, 2)]
    if all(triads):
        cells = [number([24 * TRIAD_SIZE / second * 1e-9 for second in seconds]) for seconds in triads]
        rows.append(["memory, triad a = b + 3c on 128 MB arrays, GB/s", *cells])
    for blas in blas_kinds:
        for contestant, library in LIBRARIES.items():
            for precision in ("single", "double"):
                for name, dimensions in PRODUCTS.items():
                    found = [times("matrix-product", contestant, precision, threads, name, blas) for threads in (1, 2)]
                    if not all(found):
                        continue
                    cells = [
                        number([product_flops(dimensions) / second * 1e-9 for second in seconds]) for seconds in found
                    ]
                    kept = ", the host's BLAS settings kept" if blas == "kept" else ""
                    shape = " × ".join(f"{size}" for size in dimensions)
                    rows.append([f"matrix product {shape}, {precision}, {library}{kept}, GFLOP/s", *cells])
    return table(["", "1 thread", "2 threads"], rows) if rows else ""


def sampler_tables(times):
    everyone = ("mckean", "mckean-gsl", "mckean-gsl-alone", "scipy", *PEERS)
    text = comparison_table(times, "sampler", everyone, columns_of("1.5"), PARTICLES * 1e-9, "ns a draw, α = 1.5")
    alphas = [(f"α = {alpha}", ("double", 1, f"{alpha}")) for alpha in ALPHAS]
    other = comparison_table(times, "sampler", everyone, alphas, PARTICLES * 1e-9, "ns a draw, double, 1 thread")
    return text and f"{text}\n{other}"


def step_table(times, task):
    extra = []
    if draws := times("sampler", variant="1.5"):
        extra.append(["mckean, the draws alone", number([second / PARTICLES * 1e9 for second in draws]), "", "", ""])
    if triad := times("triad"):
        floor = [16 * second / (24 * TRIAD_SIZE) * 1e9 for second in triad]
        extra.append(["a state read and written at the triad's bandwidth", number(floor), "", "", ""])
    everyone = ("mckean", "mckean-own-model", "mckean-gsl", "scipy", *PEERS)
    return comparison_table(times, task, everyone, columns_of(""), PARTICLES * 1e-9, "ns a particle", extra)


def network_table(times, task, flops, threads, blas):
    columns = [
        ("without noise" if shape == "none" else shape, ("single", threads, shape, blas))
        for shape in ("none", *NETWORK_SHAPES)
    ]
    extra = []
    if products := product_seconds(times, flops, "single", threads, blas):
        floor = number([second * 1e3 for second in products])
        extra.append(["its products at the measured peak", floor, "", "", ""])
    first = f"ms a step, {threads_text(threads)}"
    return comparison_table(times, task, ("mckean", *PEERS), columns, 1e-3, first, extra)


def small_network_table(times, blas):
    columns = [(threads_text(threads), ("double", threads, "", blas)) for threads in (1, 2)]
    products = [product_seconds(times, SMALL_NETWORK_FLOPS, "double", threads, blas) for threads in (1, 2)]
    extra = []
    if all(products):
        cells = [number([second * 1e3 for second in seconds]) for seconds in products]
        extra.append(["its large matrix products at the measured peak", *cells])
    return comparison_table(times, "small-network", ("mckean", *PEERS), columns, 1e-3, "ms a replica, double", extra)


def growth_tables(times, results):
    rows = []
    for n in GROWTH_PARTICLES:
        if seconds := times("ou-step", variant=f"{n}"):
            memory = results[Key("ou-step", "mckean", "double", 1, f"{n}")]["megabytes"]
            rows.append([f"{n:,}", number([second / n * 1e9 for second in seconds]), f"{memory:,.0f}"])
    if not rows:
        return ""
    text = "OU step, double, 1 thread:\n\n" + table(["n", "ns a particle", "memory of the process, MB"], rows)
    rows = []
    for variable, networks in GROWTH_NETWORKS.items():
        for n, inputs, points in networks:
            seconds = times("network-step", "mckean", "single", 2, f"{n},{inputs},{points}")
            cells = [number([second * scale for second in seconds]) for scale in (1e3, 1e12 / (n * inputs * points))]
            rows.append([variable, f"{n:,}", f"{inputs:,}", f"{points:,}", *cells])
    header = ["varied", "n", "d", "N", "ms a step", "ps for each neuron, input and data point"]
    return text + "\nNetwork step with independent noise, single, 2 threads:\n\n" + table(header, rows)


def comparison_text(comparison):
    rows = [
        [
            f"`mckean run {name}`",
            number(found["seconds"]["this"]),
            number(found["seconds"]["other"]),
            number(ratio(found["seconds"]["this"], found["seconds"]["other"])),
            f"{found['largest difference']:.2g}",
        ]
        for name, found in comparison.items()
    ]
    header = ["", "this build, s", "the other, s", "this / the other", "largest relative difference in curve.csv"]
    return table(header, rows) if rows else ""


# MARK: setting


def output(command, **options):
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def setting_table(setting, blas_kinds):
    cpuinfo = open("/proc/cpuinfo").read().splitlines()
    model = next((line.split(":")[1].strip() for line in cpuinfo if line.startswith("model name")), platform.machine())
    flags = next((line.split() for line in cpuinfo if line.startswith("flags")), [])
    vector = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "neither AVX-512 nor AVX2"
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    disturbed = sum(used > QUIET for used in setting.in_use)
    others = f"used at most {max(setting.in_use):.2f} processors while a process was timed"
    if disturbed:
        others += f"; **{disturbed} of {len(setting.in_use)} processes were disturbed: do not trust these times**"
    packages = [f"{name} {importlib.metadata.version(name)}" for name in ("scipy", "numpy", "numba", "jax", "torch")]
    rows = [
        ["date", f"{datetime.date.today()}, {setting.minutes:.0f} minutes; rounds: {setting.rounds}"],
        ["commit", output(["git", "describe", "--always", "--dirty"], cwd=ROOT)],
        ["processor", f"{model}, {vector}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB"],
        ["others on the machine", others],
        ["system", platform.platform()],
        ["Swift", output(["swift", "--version"]).splitlines()[0]],
        ["Python", f"{platform.python_version()}; " + ", ".join(packages)],
    ]
    numpy_blas = (
        "import numpy, threadpoolctl; [print(i['internal_api'], i['version'] + ', core', i['architecture'])"
        " for i in threadpoolctl.threadpool_info() if i['user_api'] == 'blas']"
    )
    for blas in blas_kinds:
        environment = setting.environment(2, blas)
        kind = f", the host's settings {blas}" if setting.blas else ""
        rows.append([f"BLAS of mckean{kind}", output([setting.mckean, "versions"], env=environment)])
        rows.append([f"BLAS of NumPy{kind}", output([sys.executable, "-c", numpy_blas], env=environment)])
    settings = ", ".join(f"`{name}={value}`" for name, value in setting.blas.items())
    rows.append(["BLAS settings of the host", settings or "none, so that kept or cleared is the same and is run once"])
    return table(["", ""], [[a, b] for a, b in rows]).replace("---:", "---")


def write(results, comparison, setting):
    times = Times(results)
    blas_kinds = ["cleared", "kept"] if setting.blas else ["cleared"]
    head = HEAD.format(
        sections=", ".join(SECTIONS),
        minutes=setting.minutes,
        rounds=setting.rounds,
        particles=PARTICLES,
        neurons=NEURONS,
        paper_neurons=PAPER_NEURONS,
        inputs=INPUTS,
        points=POINTS,
    )
    sections = [("Setting", setting_table(setting, blas_kinds)), ("Targets", targets(times, results, comparison))]
    sections.append(("The machine's limits", limits(times, blas_kinds)))
    sections.append(("Sampler", sampler_tables(times)))
    sections += [("OU step", step_table(times, "ou-step")), ("Sine step", step_table(times, "sine-step"))]
    for blas in blas_kinds:
        kept = ", the host's BLAS settings kept" if blas == "kept" else ""
        for title, task, flops in (
            ("Network step", "network-step", network_flops()),
            ("Training step", "training-step", TRAINING_FLOPS),
        ):
            tables = [text for threads in (2, 1) if (text := network_table(times, task, flops, threads, blas))]
            sections.append((f"{title}{kept}", "\n".join(tables)))
        sections.append((f"Small network{kept}", small_network_table(times, blas)))
    sections.append(("Growth", growth_tables(times, results)))
    sections.append(("The experiments of `make run`, this build and another", comparison_text(comparison)))
    note = "Times are medians over the rounds (least–largest); × is how many times mckean's.\n\n"
    parts = [f"## {title}\n\n{note if title == 'Sampler' else ''}{text}" for title, text in sections if text]
    return head + "\n" + "\n".join(parts)
