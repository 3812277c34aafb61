"""Runs the planted-fault benchmark: draws each set, asks each tool, keeps the answers, writes the tables.

    python -m bench.planted.run                          # traindx on every case that has no answer yet
    python -m bench.planted.run --tools traindx,ultralytics,cleanvision --peers-python /path/to/their/python
    python -m bench.planted.run --again --only f13       # ask again, about these cases alone
    python -m bench.planted.run --report                 # no set is drawn: tables from the answers that are there

Answers are kept in bench/planted-answers (not in the repository), tables in bench/results/planted.md and planted.json.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.planted.answer import Answer, append, load, remember
from bench.planted.ask_traindx import ask
from bench.planted.catalogue import Case, cases
from bench.planted.peers import PEERS, Peer
from bench.planted.tables import TRUTHS, write_tables
from bench.planted.truth import Clean, Source, Truth

ANSWERS = Path(__file__).parent.parent / "planted-answers"
Ask = Callable[[Case, Path], Answer]


def draw(case: Case, root: Path, grounds: str | None = None) -> Truth | None:
    """Write the case's set into an empty folder; the truth about it, None if it is clean."""
    source = Source(case.seed, case.dose, grounds)
    if isinstance(case.what, Clean):
        case.what.draw(root, source)
        return None
    return case.what.plant(root, source)


def answer_of(case: Case, asked: Ask, grounds: str | None = None) -> tuple[Truth | None, Answer]:
    """Draw a set, ask about it, throw it away. Every tool gets a set of its own, since some change what they read."""
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        root = Path(folder) / "set"
        root.mkdir()
        truth = draw(case, root, grounds)
        return truth, asked(case, root)


def ask_traindx(case: Case, root: Path) -> Answer:
    """What traindx says about a set that is drawn."""
    return ask(case.key, root, root / case.what.data, case.what.arguments)


def main() -> None:
    """Ask what is missing, then write the tables."""
    options = _options()
    chosen = [c for c in cases(options.seeds) if any(part in c.key for part in options.only.split(","))]
    for tool in options.tools.split(","):
        if options.report:
            break
        if tool == "traindx":
            _asked(tool, ask_traindx, chosen, options)
        else:
            python = sys.executable if tool == "ultralytics" else options.peers_python or sys.executable
            with Peer(tool, python, PEERS[tool]) as peer:
                _asked(tool, peer.ask, [c for c in chosen if c.what.format in peer.formats], options)
    if not options.only:
        write_tables(ANSWERS, options.seeds)


def _asked(tool: str, asked: Ask, chosen: Sequence[Case], options: argparse.Namespace) -> None:
    file = ANSWERS / f"{tool}.jsonl"
    known = load(file)
    todo = [case for case in chosen if options.again or (tool, case.key) not in known]
    until = time.monotonic() + 60 * options.minutes
    workers = options.processes if tool == "traindx" else 1

    def one(case: Case) -> None:
        if time.monotonic() < until:
            truth, answer = answer_of(case, asked, options.grounds)
            if truth is not None:
                remember(ANSWERS / TRUTHS, case.key, truth)
            append(file, answer)
            heard = answer.refused.strip().splitlines()[-1:] or list(answer.named) or ["nothing named"]
            print(f"{tool} {case.key}: {', '.join(heard)}", flush=True)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, todo))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", default="traindx", help="traindx and any of " + ", ".join(PEERS))
    parser.add_argument(
        "--seeds", type=int, default=2, help="each fault so many times, at other places in other pictures"
    )
    parser.add_argument("--only", default="", help="parts of names, separated by commas")
    parser.add_argument("--minutes", type=float, default=1e9, help="ask no more after so many minutes")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--again", action="store_true", help="ask also where there is an answer")
    parser.add_argument("--report", action="store_true", help="only write the tables")
    parser.add_argument("--grounds", help="a folder of photographs to draw on, in place of drawn grounds")
    parser.add_argument("--peers-python", help="the python of the environment in which the peers are installed")
    return parser.parse_args()


if __name__ == "__main__":
    main()
