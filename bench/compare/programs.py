"""The programs that are compared: how each is run, and what comes out.

A program measures with one thread or two, in one of several settings; `measure` gives a dictionary
of figures ("tokens/s", "GFLOP/s", "memory MB", ...) or raises Missing with the reason.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

PEERS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers")


class Missing(Exception):
    """A program that is not on this machine, or that fails."""


def run(command, settings=None, lines=None):
    """Standard output, seconds of wall time, and the most memory the process had, in MB."""
    if shutil.which(command[0]) is None:
        raise Missing(f"{os.path.basename(command[0])} is not installed")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints, \
            open(lines or os.devnull, "rb") as given:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=given, stdout=out, stderr=complaints,
                                   env={**os.environ, **(settings or {})})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        complaints.seek(0)
        if process.returncode:
            said = complaints.read().decode(errors="replace").strip().splitlines()
            raise Missing(said[-1] if said else f"{command[0]} ended with {process.returncode}")
        return out.read().decode(errors="replace"), seconds, usage.ru_maxrss / 1024


class Program:
    """`name` is what the table calls it."""
    name = ""
    is_weft = False

    def choices(self, threads):
        """What can be chosen with so many threads, a list of strings a choice, the likeliest first."""
        return []

    def prepare(self, build):
        """Makes what is needed once, in the build folder."""

    def measure(self, threads, settings, seconds):
        raise NotImplementedError


class Benchmark(Program):
    """A case of weft_bench: of weft itself, or of a library that weft stands on."""

    def __init__(self, case, name="weft"):
        self.case, self.name, self.is_weft = case, name, name.startswith("weft")

    def prepare(self, build):
        self.program = os.path.join(build, "weft_bench")

    def measure(self, threads, settings, seconds):
        out, _, memory = run([self.program, f"--benchmark_filter=^{self.case}/threads:{threads}/",
                              f"--benchmark_min_time={seconds}", "--benchmark_format=json"])
        result = json.loads(out[out.index("{"):])["benchmarks"] if "{" in out else []
        if not result or result[0].get("error_occurred"):
            raise Missing(result[0]["error_message"] if result else f"no benchmark {self.case}")
        wanted = ("tokens/s", "GFLOP/s", "MB/s", "bytes_per_second")
        figures = {key: result[0][key] for key in wanted if key in result[0]}
        if "bytes_per_second" in figures:
            figures["GB/s"] = figures.pop("bytes_per_second") * 1e-9
        return {**figures, "memory MB": memory}


class PyTorch(Program):
    """Debian's, in the settings that turn out fastest: kernels of OpenBLAS, build of OpenBLAS."""
    name = "PyTorch"
    python = "/usr/bin/python3"  # Debian's packages are this one's

    def __init__(self, row, *options):
        self.row, self.options = row, options

    def choices(self, threads):
        # One build a folder, as Debian's alternatives have it; they differ in their threads.
        builds = sorted(glob.glob("/usr/lib/*/openblas-*/")) if threads > 1 else []
        return [["SkylakeX", "", "Haswell"], builds or [""], [*self.options, ""]]

    def measure(self, threads, settings, seconds):
        kernels, build, option = settings
        wanted = {"OPENBLAS_CORETYPE": kernels, "LD_LIBRARY_PATH": build,
                  "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
        script = os.path.join(PEERS, "pytorch_training.py")
        out, _, memory = run([self.python, script, self.row, "--threads", str(threads),
                              "--seconds", str(seconds), *filter(None, [option])],
                             {key: value for key, value in wanted.items() if value})
        return {**json.loads(out.splitlines()[-1]), "memory MB": memory}


class OnnxRuntime(Program):
    name = "onnxruntime"

    def prepare(self, build):
        self.modules = os.path.join(build, "peers")
        self.model = os.path.join(build, "compare", "next_token.onnx")

    def measure(self, threads, settings, seconds):
        if not os.path.isdir(os.path.join(self.modules, "node_modules", "onnxruntime-node")):
            raise Missing("the package onnxruntime-node is not installed")
        if not os.path.exists(self.model):
            run([PyTorch.python, os.path.join(PEERS, "export_onnx.py"), self.model])
        script = os.path.join(PEERS, "onnxruntime_next_token.js")
        out, _, memory = run(["node", script, self.modules, self.model, str(threads),
                              str(seconds)])
        return {**json.loads(out.splitlines()[-1]), "memory MB": memory}


class Command(Program):
    """A whole command, from exec to exit; `count` tokens or lines make a speed of its time.

    {weft}, {work} and {threads} in its words stand for the program, the folder with the files and
    the number of threads. `check` is a command that is run once afterwards; the first group of
    `pattern` in what it prints is the accuracy.
    """

    def __init__(self, name, command, data, lines=None, count=None, figure="lines/s",
                 one_thread_only=False, check=None, pattern=None):
        self.name, self.is_weft = name, name.startswith("weft")
        self.command, self.data, self.lines = command, data, lines
        self.count, self.figure, self.one_thread_only = count, figure, one_thread_only
        self.check, self.pattern, self.accuracy = check, pattern, {}

    def prepare(self, build):
        self.data.prepare(build)

    def words(self, command, threads):
        return [word.format(weft=self.data.weft, work=self.data.work, threads=threads)
                for word in command.split()]

    def measure(self, threads, settings, seconds):
        if threads > 1 and self.one_thread_only:
            raise Missing("")
        lines = self.lines and os.path.join(self.data.work, self.lines)
        _, spent, memory = run(self.words(self.command, threads), lines=lines)
        figures = {"seconds": spent, "ms": spent * 1e3, "memory MB": memory}
        if self.count:
            figures[self.figure] = self.count / spent
        if self.check:
            if threads not in self.accuracy:
                out, _, _ = run(self.words(self.check, threads))
                self.accuracy[threads] = float(re.search(self.pattern, out)[1])
            figures["accuracy"] = self.accuracy[threads]
        return figures


def probe(build, seconds):
    """Peaks for each number of threads: f32 and bf16 in GFLOP/s, reading in GB/s."""
    out, _, _ = run([os.path.join(build, "weft_probe"), str(seconds)])
    found = json.loads(out)
    peaks = {}
    for threads, kinds in found["threads"].items():
        peaks[threads] = {
            "f32": max(*kinds["f32"].values(), *kinds["f32 sgemm"].values()),
            "read": kinds["read GB/s"],
            "shapes": {kind: kinds[kind] for kind in ("f32", "f32 sgemm", "bf16") if kind in kinds}}
        if "bf16" in kinds:
            peaks[threads]["bf16"] = max(kinds["bf16"].values())
    return peaks, found["oneDNN"]


def warn(text):
    print(text, file=sys.stderr, flush=True)
