#!/usr/bin/env python3
"""Times mckean and its peers side by side and writes the tables of docs/benchmarks.md; `make bench` runs it.

    benchmark.py [--rounds 5] [--only sampler,ou-step,...] [--out FILE] [--against PROGRAM]

In every round each contestant is a fresh process that warms up and then times several repetitions, one contestant
after the other; the order moves on by one a round. A process counts with the median of its repetitions. Contestants
that do not come to the same numbers stop the benchmark.
"""

import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import report
from cases import MAKE_RUN, ROOT, SECTIONS, WORK, growth_jobs, mean_field_jobs, network_jobs, small_network_jobs

HERE = pathlib.Path(__file__).resolve().parent
MCKEAN = ROOT / ".build" / "release" / "mckean-benchmarks"

BLAS_PREFIXES = ("OPENBLAS_", "GOTO_", "MKL_", "BLIS_")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
# How far the checks of a contestant may be from mckean's: sampling errors of medians, of 99 % quantiles, of a network's
# loss, and of errors averaged over few replicas.
TOLERANCES = {"sampler": (0.02, 0.12), "ou-step": (0.02, 0.12), "sine-step": (0.02, 0.12), "network-step": (0.03,)}
# At s = 1 a network's loss has a deviation of 5 % over its initial weights, which everyone draws for themselves.
TOLERANCES["training-step"] = (0.3,)
SMALL_NETWORK_TOLERANCE = 0.25


def blas_settings():
    return {k: v for k, v in sorted(os.environ.items()) if k.startswith(BLAS_PREFIXES) and k not in THREAD_VARIABLES}


def environment(threads, blas):
    """The host's, with so many threads for every library, and compiled code kept between rounds."""
    cleared = blas_settings() if blas == "cleared" else {}
    variables = {k: v for k, v in os.environ.items() if k not in cleared}
    variables |= {name: str(threads) for name in THREAD_VARIABLES}
    variables |= {
        "NUMBA_CACHE_DIR": str(WORK / "numba"),
        "JAX_COMPILATION_CACHE_DIR": str(WORK / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "TORCHINDUCTOR_CACHE_DIR": str(WORK / "torchinductor"),
        "TORCHINDUCTOR_COMPILE_THREADS": "1",
    }
    return variables


def busy_seconds():
    """Processor time that the whole machine has spent so far, idling and waiting aside."""
    with open("/proc/stat") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def run(job, results):
    """Runs one process and appends what it measured; returns how many processors others used meanwhile."""
    command = [str(MCKEAN)] if job.program == "mckean" else [sys.executable, str(HERE / f"{job.program}_peer.py")]
    # One thread has the last core to itself, the same for everyone.
    cores = sorted(os.sched_getaffinity(0))[-job.threads :]
    start, busy = time.monotonic(), busy_seconds()
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*command, json.dumps([case for _, _, case in job.cases])],
            stdout=output,
            stderr=errors,
            env=environment(job.threads, job.blas),
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        own = usage.ru_utime + usage.ru_stime
        others = max(0, busy_seconds() - busy - own) / (time.monotonic() - start)
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            raise SystemExit(f"{job.program} failed ({process.returncode}):\n{errors.read()[-4000:]}")
        answers = [json.loads(line) for line in output]
    for (_, key, _), answer in zip(job.cases, answers, strict=True):
        result = results.setdefault(key, {"seconds": [], "check": answer["check"], "megabytes": 0})
        result["seconds"].append(statistics.median(answer["seconds"]))
        result["megabytes"] = max(result["megabytes"], usage.ru_maxrss / 1024)
    return others


def check(results):
    """Whether everyone came to mckean's numbers."""
    for key, result in results.items():
        reference = results.get(key._replace(contestant="mckean"))
        if reference is None or not reference["check"]:
            continue
        tolerances = TOLERANCES.get(key.task, [SMALL_NETWORK_TOLERANCE] * len(result["check"]))
        for found, expected, tolerance in zip(result["check"], reference["check"], tolerances, strict=True):
            if not abs(found - expected) <= tolerance * abs(expected):
                raise SystemExit(f"{key}: {result['check']} where mckean has {reference['check']}: not the same work")


def measure(sections, rounds):
    """A dictionary from Key to seconds a round, check and memory; and the processors that others used, job by job."""
    settings = ["cleared", "kept"] if blas_settings() else ["cleared"]
    groups = [list(mean_field_jobs())]
    groups += [[*network_jobs(blas), *small_network_jobs(blas)] for blas in settings]
    groups += [list(growth_jobs())]
    for group in groups:
        for job in group:
            job.cases = [case for case in job.cases if set(case[0]) & set(sections)]
        group[:] = [job for job in group if job.cases]
    results, in_use = {}, []
    for index in range(rounds):
        for group in groups:
            shift = index % max(1, len(group))
            for job in group[shift:] + group[:shift]:
                start = time.monotonic()
                in_use.append(run(job, results))
                tasks = dict.fromkeys(key.task for _, key, _ in job.cases)
                print(
                    f"round {index + 1}/{rounds}: {job.program}, {job.threads} thread{'s' * (job.threads > 1)}, "
                    f"{', '.join(tasks)}: {time.monotonic() - start:.1f} s"
                    + (f", while others used {in_use[-1]:.1f} processors" if in_use[-1] > report.QUIET else ""),
                    file=sys.stderr,
                )
        check(results)
    return results, in_use


def compare(program, rounds):
    """`mckean run` of the two experiments of `make run`, this build and another, alternately."""
    programs = {"this": ROOT / ".build" / "release" / "mckean", "other": pathlib.Path(program).resolve()}
    comparison = {}
    with tempfile.TemporaryDirectory() as directory:
        for experiment in MAKE_RUN:
            seconds = {name: [] for name in programs}
            for index in range(rounds):
                for name in list(programs)[:: 1 if index % 2 == 0 else -1]:
                    start = time.monotonic()
                    subprocess.run(
                        [programs[name], "run", experiment, "--quiet", "--force", "--out", f"{directory}/{name}"],
                        check=True,
                        stdout=subprocess.DEVNULL,
                    )
                    seconds[name].append(time.monotonic() - start)
            values = {}
            for name in programs:
                with open(f"{directory}/{name}/curve.csv", newline="") as file:
                    values[name] = [float(row["value"]) for row in csv.DictReader(file)]
            difference = max(abs(a / b - 1) for a, b in zip(values["this"], values["other"], strict=True))
            comparison[experiment] = {"seconds": seconds, "largest difference": difference}
    return comparison


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help=f"some of {', '.join(SECTIONS)}, separated by commas")
    parser.add_argument("--out", type=pathlib.Path, help="default: docs/benchmarks.md for the whole, out/ for a part")
    parser.add_argument("--against", metavar="PROGRAM", help="also time `make run`'s experiments with another mckean")
    arguments = parser.parse_args()
    sections = arguments.only.split(",") if arguments.only else list(SECTIONS)
    if unknown := set(sections) - set(SECTIONS):
        parser.error(f"unknown section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    whole = set(sections) == set(SECTIONS) and arguments.rounds > 1
    out = arguments.out or ROOT / ("docs" if whole else "out") / "benchmarks.md"

    start = time.monotonic()
    results, in_use = measure(sections, arguments.rounds)
    comparison = compare(arguments.against, min(arguments.rounds, 2)) if arguments.against else {}
    setting = report.Setting(
        rounds=arguments.rounds,
        in_use=in_use,
        minutes=(time.monotonic() - start) / 60,
        blas=blas_settings(),
        mckean=MCKEAN,
        environment=environment,
    )
    text = report.write(results, comparison, setting)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text)
    print(text)
    print(f"written to {out}", file=sys.stderr)


if __name__ == "__main__":
    main()
