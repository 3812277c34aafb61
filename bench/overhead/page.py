"""The page that says what recording costs, from the runs."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from bench.overhead.work import WORKS

HEAD = """# What recording costs

Written by `python -m bench.recorder_overhead --peers` and `--report`; the runs are in `recorder_overhead.jsonl`.

CPU time on one thread, each figure a ratio to the plain half of the same pair, median (least to largest). The machine was
busy with other work: ratios of one and the same training spread by ten per cent and more (see the ranges), so that a ratio
near one does not tell a per cent. The recorder's account is its own clock around all that it does, against the time that went
by, and is what its budget of 1 % is held against; it does not see what it does to caches and memory. Where no step, or one,
was recorded after the 20th the run was too short to show the budget's long-run share.

"""
PEERS_HEAD = """
## Beside it

A step's CPU time under each, as a multiple of the plain step of the same pair; the recorder's column is every step recorded.

"""
COUNTS_HEAD = """
## Counted

Python functions and operations of torch that a step calls more than without the recorder. In trainings with slow steps what
the recorder does once a second falls into the counted step. Operations inside others count too, and most make views.

"""


def page(runs: Mapping[str, Mapping[str, Any]], starts: Mapping[str, float] | None) -> str:
    """Markdown."""
    lines = [
        HEAD,
        "| training | plain step | default schedule, from step 20 | recorder's account | steps not recorded |",
    ]
    lines[-1] += " every step recorded | first 20 steps | pairs |\n|---|---|---|---|---|---|---|---|\n"
    lines += [_row(name, run["pairs"]) for name, run in runs.items()]
    if starts:
        lines.append(f"\nImport and attachment of the recorder: {starts['recorder']:.2f} s of CPU time, ")
        lines.append(f"beside {starts['torch']:.2f} s of torch and torchvision (median of five processes).\n")
    lines.append(
        COUNTS_HEAD
        + "| training | plain: functions, operations | not recorded: more | recorded: more |\n|---|---|---|---|\n"
    )
    lines += [_counts(name, run["counts"]) for name, run in runs.items()]
    watched = {name: [p for p in run["pairs"] if "peers" in p] for name, run in runs.items()}
    watched = {name: pairs for name, pairs in watched.items() if pairs}
    if watched:
        names = list(next(iter(watched.values()))[0]["peers"])
        lines.append(
            PEERS_HEAD + "| training | recorder | " + " | ".join(names) + " |\n|---|" + "---|" * (len(names) + 1) + "\n"
        )
        lines += [_peers(name, pairs, names) for name, pairs in watched.items()]
        lines += _errors(watched, names)
    return "".join(lines)


def _row(name: str, pairs: list[dict[str, Any]]) -> str:
    plain = statistics.median(p["plain"]["rest"] for p in pairs)
    late = WORKS[name][1]
    recorded = statistics.median(p["default"]["recorded"] for p in pairs)
    cells = [
        f"{plain:.1f} ms",
        f"{_ratio(p['default']['rest'] / p['plain']['rest'] for p in pairs)}, {recorded:g} of {late} steps recorded",
        f"{100 * statistics.median(p['default']['account'] for p in pairs):.1f} %",
        _ratio(p["forced"]["none"] / p["plain"]["rest"] for p in pairs),
        _ratio(p["forced"]["every"] / p["plain"]["rest"] for p in pairs),
        _ratio(p["default"]["first"] / p["plain"]["first"] for p in pairs),
        str(len(pairs)),
    ]
    return f"| {name} | " + " | ".join(cells) + " |\n"


def _counts(name: str, c: Mapping[str, int]) -> str:
    none = f"{c['none_calls'] - c['calls']}, {c['none_operations'] - c['operations']}"
    every = f"{c['every_calls'] - c['calls']}, {c['every_operations'] - c['operations']}"
    return f"| {name} | {c['calls']}, {c['operations']} | {none} | {every} |\n"


def _peers(name: str, pairs: list[dict[str, Any]], names: list[str]) -> str:
    cells = [_ratio(p["forced"]["every"] / p["plain"]["rest"] for p in pairs)]
    for which in names:
        found = [p["peers"][which] / p["plain"]["rest"] for p in pairs if not isinstance(p["peers"][which], str)]
        cells.append(_ratio(found) if found else "does not run")
    return f"| {name} | " + " | ".join(cells) + " |\n"


def _errors(watched: Mapping[str, list[dict[str, Any]]], names: list[str]) -> list[str]:
    said: dict[str, str] = {}
    for name, pairs in watched.items():
        for which in names:
            if isinstance(found := pairs[0]["peers"][which], str):
                said[f"{which}, {name}"] = found
    return ["\nWhat does not run:\n\n", *(f"- {where}: `{error}`\n" for where, error in said.items())] if said else []


def _ratio(values: Any) -> str:
    found = list(values)
    return f"x{statistics.median(found):.3f} ({min(found):.2f} to {max(found):.2f})"
