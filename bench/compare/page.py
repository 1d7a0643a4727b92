"""The page of results."""

from statistics import median

HEAD = """# Benchmarks: {processor}

Made by `bench/compare.sh`; [benchmarks.md](../benchmarks.md) says how to read it. Every program runs in
the settings that are fastest for it, in turn with the others, round after round. A figure is the median
of the rounds, in brackets the lowest and the highest. GFLOP/s count the matrix products alone; their
share is of the best product that `weft_probe` saw with as many threads.

"""


def number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def mid(program, figure):
    values = program["figures"].get(figure)
    return median(values) if values else None


def ratio(row, ours, theirs):
    """How many times as fast ours is."""
    ours, theirs = mid(ours, row.figure), mid(theirs, row.figure)
    if ours is None or theirs is None:
        return None
    return theirs / ours if row.lower_is_better else ours / theirs


def ours_with(programs, threads):
    return next((p for p in programs if p["weft"] and p["threads"] == threads), None)


def add_flops(programs):
    """A peer does the same products: it takes its GFLOP/s from ours."""
    for program in programs:
        ours = ours_with(programs, program["threads"])
        for figure in ("GFLOP/s", "GB/s"):
            if not ours or figure in program["figures"] or not mid(ours, figure):
                continue
            factor = mid(ours, figure) / mid(ours, "tokens/s")
            tokens = program["figures"].get("tokens/s")
            if tokens:
                program["figures"][figure] = [value * factor for value in tokens]


def share(row, program, peaks):
    done, peak = mid(program, row.work), peaks.get(str(program["threads"]), {}).get(row.peak)
    return f"{100 * done / peak:.0f} %" if done and peak else ""


def table(header, lines):
    """Markdown, without the columns that are empty in every line."""
    used = [n for n in range(len(header)) if any(line[n] for line in lines)]
    rows = [header, ["---"] * len(header), *lines]
    return "".join("| " + " | ".join(row[n] or "–" for n in used) + " |\n" for row in rows)


def row_section(row, result, peaks):
    programs = result["programs"]
    add_flops(programs)
    lines, notes = [], []
    for p in programs:
        values = p["figures"].get(row.figure)
        if not values:
            notes.append(f"{p['name']} with {p['threads']} threads is missing: {p['missing']}.")
            continue
        ours = ours_with(programs, p["threads"])
        faster = None if p["weft"] or not ours else ratio(row, ours, p)
        lines.append([
            " ".join(filter(None, [p["name"], p["version"]])), str(p["threads"]),
            f"{number(median(values))} ({number(min(values))} to {number(max(values))})",
            *(number(mid(p, key)) if mid(p, key) else "" for key in ("GFLOP/s", "GB/s")),
            share(row, p, peaks), f"{faster:.2f}×" if faster else "",
            number(mid(p, "memory MB")) if mid(p, "memory MB") else "",
            f"{mid(p, 'accuracy'):.4f}" if mid(p, "accuracy") else "", p["settings"]])
    kind = {"f32": "of the f32 peak", "bf16": "of the bf16 peak",
            "read": "of the bandwidth"}.get(row.peak, "of the peak")
    header = ["program", "threads", row.figure, "GFLOP/s", "GB/s", kind, "weft is faster",
              "most memory, MB", "accuracy", "settings"]
    text = f"### {row.name}\n\n{row.title[0].upper()}{row.title[1:]}. Asked for: {row.target}.\n\n"
    text += table(header, lines) if lines else ""
    text += "".join(f"\n{note}\n" for note in notes)
    rounds = f"{result['rounds']} round{'s' if result['rounds'] > 1 else ''}"
    return text + f"\n{result['date']}, weft {result['weft']}, {rounds}.\n"


def summary_lines(row, result, peaks):
    programs = result["programs"]
    add_flops(programs)
    threads = max((p["threads"] for p in programs if p["figures"]), default=0)
    for ours in (p for p in programs if p["weft"] and p["threads"] == threads and p["figures"]):
        one = next((p for p in programs if p["name"] == ours["name"] and p["threads"] == 1), None)
        scaling = ratio(row, ours, one) if one and threads > 1 else None
        # The peer may choose its number of threads.
        peers = [ratio(row, ours, p) for p in programs if not p["weft"] and p["figures"]]
        beside = f"{min(peers):.2f}×" if peers else ""
        name = row.name if ours["name"] == "weft" else f"{row.name}, {ours['name']}"
        yield [f"[{name}](#{row.name})", f"{number(mid(ours, row.figure))} {row.figure}",
               share(row, ours, peaks), beside, f"{scaling:.2f}×" if scaling else "", row.target]


def machine_section(results):
    m = results["machine"]
    versions = [f"oneDNN {m['oneDNN']}", m["compiler"], m["fastText"] and f"fastText {m['fastText']}"]
    text = (f"{m['processor']}, {m['cores']} cores, {m['system']}; {', '.join(filter(None, versions))}; "
            f"load when it began: {m['load']:.1f}.\n\n")
    lines = []
    for threads, peaks in results["peaks"].items():
        for kind, speeds in peaks["shapes"].items():
            lines += [[f"{kind}, {shape}", threads, number(speed), ""]
                      for shape, speed in speeds.items()]
        lines.append(["reading memory", threads, "", number(peaks["read"])])
    return text + table(["probe", "threads", "GFLOP/s", "GB/s"], lines)


def write(path, rows, results):
    peaks = results["peaks"]
    there = [(row, results["rows"][row.name]) for row in rows if row.name in results["rows"]]
    summary = [line for row, result in there for line in summary_lines(row, result, peaks)]
    header = ["row", "weft", "of the peak", "beside its best peer", "two threads : one", "asked for"]
    text = "## Summary\n\n" + table(header, summary) if summary else ""
    text += "\n## Rows\n\n" + "\n".join(row_section(row, result, peaks) for row, result in there)
    text += "\n## Machine\n\n" + machine_section(results)

    with open(path, "w", encoding="utf-8") as file:
        file.write(HEAD.format(processor=results["machine"]["processor"]) + text)
