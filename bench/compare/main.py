"""Runs rows: every program in turn, round after round; see compare.sh."""

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys

import page
from programs import Missing, probe, warn
from rows import ROWS


def describe(settings):
    return " ".join(os.path.basename(s.rstrip("/")) for s in settings if s)


def best_settings(program, threads, seconds):
    """One choice after the other, by the speed of a short run each."""
    choices = program.choices(threads)
    best = [choice[0] for choice in choices]
    if all(len(choice) == 1 for choice in choices):
        return best
    speeds = {}
    for n, choice in enumerate(choices):
        for option in choice:
            tried = (*best[:n], option, *best[n + 1:])
            if tried not in speeds:
                speeds[tried] = speed_with(program, threads, tried, seconds)
        best = list(max(speeds, key=speeds.get))
    return best


def speed_with(program, threads, settings, seconds):
    """0 with settings that do not run here, as kernels for another processor."""
    try:
        speed = program.measure(threads, settings, seconds)["tokens/s"]
    except Missing:
        speed = 0
    warn(f"    {program.name}, {threads} threads, {describe(settings) or 'as installed'}: "
         f"{speed:.0f} tokens/s")
    return speed


class Contestant:
    """A program with a number of threads, and what it has shown so far."""

    def __init__(self, program, threads, args):
        self.program, self.threads, self.args = program, threads, args
        self.name, self.missing, self.figures = program.name, None, []
        self.settings = []

    def attempt(self, work):
        if self.missing is None:
            try:
                work()
            except Missing as reason:
                self.missing = str(reason)
                if self.missing:
                    warn(f"    {self.name} is missing: {self.missing}")

    def prepare(self):
        def work():
            self.program.prepare(self.args.build)
            self.settings = best_settings(self.program, self.threads, self.args.seconds / 4)
        self.attempt(work)

    def measure(self):
        def work():
            found = self.program.measure(self.threads, self.settings, self.args.seconds)
            self.figures.append(found)
        self.attempt(work)

    def result(self):
        version = self.figures[0].pop("version", "") if self.figures else ""
        keys = self.figures[0].keys() if self.figures else ()
        return {"name": self.name, "weft": self.program.is_weft, "threads": self.threads,
                "settings": describe(self.settings), "version": version, "missing": self.missing,
                "figures": {key: [found[key] for found in self.figures] for key in keys}}


def run_row(row, args):
    contestants = [Contestant(program, threads, args)
                   for threads in range(1, min(2, cores()) + 1) for program in row.programs]
    for contestant in contestants:
        contestant.prepare()
    for turn in range(args.rounds):
        warn(f"  round {turn + 1} of {args.rounds}")
        for contestant in contestants:
            contestant.measure()
    # A peer that has one thread only leaves no trace with two.
    return {"date": datetime.date.today().isoformat(), "rounds": args.rounds,
            "programs": [c.result() for c in contestants if c.missing != ""]}


def said(*command):
    """A line that a program says of itself, or nothing."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def cores():
    return len(os.sched_getaffinity(0))


def describe_processor():
    """Its name, and the widest vectors it has, as makers give one name to many generations."""
    facts = {}
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            key, _, value = line.partition(":")
            facts.setdefault(key.strip(), value.strip())
    flags = facts.get("flags", "").split()
    widest = next((name for name in ("avx512_bf16", "avx512f", "avx2") if name in flags), "")
    return ", ".join(filter(None, [facts.get("model name", platform.machine()),
                                   widest.upper().rstrip("F")]))


def page_of(processor):
    """A page a kind of machine."""
    words = re.findall(r"[a-z0-9]+", processor.lower().replace("(r)", "").replace("avx512_", "avx512"))
    return f"docs/benchmarks/{'-'.join(words)}.md"


def describe_machine():
    gcc = said("c++", "-dumpfullversion")
    return {"processor": describe_processor(),
            "cores": cores(),
            "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
            "weft": said("git", "rev-parse", "--short", "HEAD"), "compiler": gcc and f"GCC {gcc}",
            "fastText": said("dpkg-query", "-W", "-f", "${Version}", "fasttext"),
            "load": os.getloadavg()[0]}


def best_peaks(old, new):
    """A peak is the most that was ever seen: the better of two probes."""
    if not isinstance(old, dict):
        return max(old, new)
    return {key: best_peaks(old[key], new[key]) for key in old}


def parse():
    parser = argparse.ArgumentParser(
        prog="bench/compare.sh", description="Compares weft with its peers and writes a page. "
        "A peer that is not installed is named as missing.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="all, if none is named")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    parser.add_argument("--page", help="the file to write; else one named after the processor, in "
                        "docs/benchmarks/")
    parser.add_argument("--list", action="store_true", help="name the rows")
    parser.add_argument("--build", help=argparse.SUPPRESS)
    args = parser.parse_args()
    unknown = set(args.rows) - {row.name for row in ROWS}
    if unknown or args.rounds < 1:
        parser.error(f"there is no row {', '.join(sorted(unknown))}; see --list" if unknown
                     else "--rounds must be at least 1")
    return args


def main():
    args = parse()
    if args.list:
        for row in ROWS:
            print(f"{row.name:30}{row.title}")
        return
    machine = describe_machine()
    if machine["load"] > 0.3:
        warn(f"The machine is not idle (load {machine['load']:.1f}): figures will be too low.")
    os.makedirs(os.path.join(args.build, "compare"), exist_ok=True)
    path = os.path.join(args.build, "compare", "results.json")
    results = {"rows": {}}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            results = json.load(file)
    results["machine"] = machine

    warn("probe")
    results["peaks"], machine["oneDNN"] = probe(args.build, args.seconds / 10)
    for row in ROWS:
        if args.rows and row.name not in args.rows:
            continue
        warn(row.name)
        results["rows"][row.name] = {"weft": machine["weft"], **run_row(row, args)}
        results["peaks"] = best_peaks(results["peaks"], probe(args.build, args.seconds / 50)[0])
        with open(path, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
    target = args.page or page_of(machine["processor"])
    os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
    page.write(target, ROWS, results)
    warn(f"{target} is written.")


if __name__ == "__main__":
    sys.exit(main())
