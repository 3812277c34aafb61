"""The page of bench/trials.py: how often the right cause was confirmed, and wrong ones; cost; beside blind repairs."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from intervals import shown
from result import HEALTHY


def written(found: Sequence[dict[str, Any]], enough: float) -> str:
    """The page, from the lines of the results."""
    faulty = [x for x in found if x["cause"] != HEALTHY and x["cause"] in x["verdicts"]]
    right = [x["verdicts"][x["cause"]] for x in faulty]
    visible = [x["verdicts"][x["cause"]] for x in faulty if _seen(x)]
    wrong = [v for x in faulty for slug, v in x["verdicts"].items() if slug != x["cause"]]
    healthy = [v for x in found if x["cause"] == HEALTHY for v in x["verdicts"].values()]
    costs = [x["cost"] for x in faulty if x["cost"] is not None]
    unseen = [x["verdicts"][x["cause"]] for x in faulty if not _seen(x)]
    lines = [
        "# Trials: is the right cause confirmed, and no other?",
        "",
        "Written by `python bench/trials.py`, from `trials.jsonl`. Causes are induced in the benchmark's scripts, the right one is",
        "tried beside two wrong ones, with up to three seeds. Only runs that the fault hurts are cases: those that learn less than",
        f"{enough:.0%} of what the healthy script learns. Shares with their 95 % interval (Wilson) and how many they are of.",
        "",
        "What stands here is a beginning: few cases, on machines of two cores that ran other programs beside. Where no check of a",
        "cause can look at what the run leaves behind, it is inconclusive without an undone arm. Where checks look and see",
        "nothing, what was learned decides ([trials.md](../../docs/trials.md)). Cases that went wrong were tried again when the",
        "engine was mended, with the same seeds: their rows stand in place of the old ones, and their blind repairs stay.",
        "It was mended by these very cases, so that their share is flattering; of the new ones none went wrong, but they are few.",
        "",
        "| question | share |",
        "|---|---|",
        f"| right cause confirmed | {shown(right.count('confirmed'), len(right))} |",
        f"| right cause refuted | {shown(right.count('refuted'), len(right))} |",
        f"| right cause inconclusive | {shown(right.count('inconclusive'), len(right))} |",
        f"| right cause confirmed, of those whose control showed a symptom | {shown(visible.count('confirmed'), len(visible))} |",
        f"| the same, of those whose control showed none | {shown(unseen.count('confirmed'), len(unseen))} |",
        f"| wrong cause confirmed, in a faulty run | {shown(wrong.count('confirmed'), len(wrong))} |",
        f"| any cause confirmed, in a healthy run | {shown(healthy.count('confirmed'), len(healthy))} |",
        "",
        "Cost of a candidate: seconds of all runs with the right cause undone, over the seconds until the symptom was visible in",
        f"the control, start of the process included: {_costs(costs)}.",
        "",
        "## Beside repairs without a diagnosis",
        "",
        f"A run counts as mended when its loss fell by at least {enough:.0%} of what the healthy script's falls by in as many",
        "steps. The ladder is AUTOTRAINER's (`ladder.py`): the first repair after which its own detector is silent. Of the random",
        "treatments the best counts, by its loss. Both get as many runs as the trials had with a cause undone, six at most.",
        "",
        "| who | mended |",
        "|---|---|",
        *_mended(faulty, enough),
        "",
        "## Every case",
        "",
        "| script | put in | tried: verdict | effect (95 % interval), by | cost | runs | s |",
        "|---|---|---|---|---|---|---|",
        *(_row(x) for x in found),
        "",
    ]
    return "\n".join(lines)


def _seen(line: dict[str, Any]) -> bool:
    """Whether a check of the right cause failed in the control; older lines say so in their sentence alone."""
    words = line["sentences"].get(line["cause"], "")
    return bool(line.get("seen", line["effects"][line["cause"]][0] is not None and "is not in this run" not in words))


def _costs(costs: Sequence[float]) -> str:
    if not costs:
        return "none was measured"
    within = sum(c <= 3 for c in costs)
    return f"median {median(costs):.1f}, at most {max(costs):.1f}; {within} of {len(costs)} within 3"


def _mended(faulty: Sequence[dict[str, Any]], enough: float) -> list[str]:
    compared = [x for x in faulty if x.get("twin") and x["twin"] > 0.1 and "ladder" in x]
    names = {"ours": "the confirmed cause undone", "ladder": "AUTOTRAINER's ladder", "random": "random treatments"}
    rows = []
    for key, words in names.items():
        mended = sum(x[key] >= enough * x["twin"] for x in compared)
        rows.append(f"| {words} | {shown(mended, len(compared))} |")
    return rows


def _row(line: dict[str, Any]) -> str:
    tried = "; ".join(f"{slug}: {verdict}" for slug, verdict in line["verdicts"].items())
    effect, interval, basis = line["effects"].get(line["cause"], (None, None, ""))
    words = "" if effect is None else f"{effect:.2f}"
    words += "" if not interval else f" ({interval[0]:.2f} to {interval[1]:.2f}), {basis}"
    put_in = line["cause"] if line["cause"] == HEALTHY else f"{line['cause']} ({line['dose']})"
    cost = "" if line["cost"] is None else f"{line['cost']:.1f}"
    return f"| {line['script']} | {put_in} | {tried} | {words} | {cost} | {line['arms']} | {line['seconds']:.0f} |"
