"""Writes docs/treatments.md: what undoes each cause in a trial, why nothing does for the others, and the remedies to try."""

from __future__ import annotations

from traindx.causes import all_causes
from traindx.core.remedies import REMEDIES

VERDICT = "It is a verdict, and no fault."
ENDED = "The program ends with an error before there is a training to compare; the finding names the line."
FILES = "The right content of the files is not known; the finding names them."
WHY_NONE = {
    "anchor-mismatch": "It is proved from the boxes and the anchors; a run need not show it.",
    "class-imbalance": "It is a fact of the data, and no run shows that it hurts; try `--remedy class-weights`, `--remedy focal`.",
    "overfitting": "Arms are compared at equal length; try `--remedy early-stopping`, `--remedy dropout=0.3`.",
    "tiny-objects": "It is a fact of the data and the resolution; try `--remedy imgsz=2`.",
    "too-few-epochs": "Arms are compared at equal length; try `--remedy epochs=3`.",
    "batch-mixing": "The axis that is wrong lies in the model's own code.",
    "broken-graph": "Where the graph is cut lies in the user's code; the finding names the parameters that get no gradient.",
    "checkpoint-mismatch": ENDED,
    "class-map-mismatch": "Which of the two maps is right cannot be told by a run.",
    "device-error": ENDED,
    "device-mismatch": ENDED,
    "device-not-available": ENDED,
    "device-numerics": "The same batch on another device decides it: `traindx replay`.",
    "dtype-mismatch": ENDED,
    "duplicate-entries": FILES,
    "ema-lag": "The decay of the average is in the user's code; the finding says how far the average came.",
    "evaluator-mismatch": "Training is not at fault; the same predictions judged by another evaluator decide it.",
    "exif-orientation": "Pictures would have to be written anew; the finding names them.",
    "file-not-found": ENDED,
    "graph-used-twice": ENDED,
    "head-class-mismatch": "The width of the head is part of the model that the script builds.",
    "label-noise": "The right labels are not known; the finding ranks the doubtful ones.",
    "loader-too-slow": "A trial judges what was learned, and this is about time; the finding gives the share of the step.",
    "memory-leak": "What keeps the memory is a variable of the user's code; the finding names it where it can.",
    "missing-bias-prior": "Which bias belongs to which head is known to the model's own code alone.",
    "missing-class": "Samples that are not there cannot be put in.",
    "model-too-small": "The width of a model is in its code; with Ultralytics: `--remedy model=m`.",
    "packages-do-not-fit": ENDED,
    "poisoned-checkpoint": "Without the checkpoint it is another training.",
    "process-crashed": ENDED,
    "ranks-diverged": "How the ranks came apart lies in the user's code; checksums name the first parameter and step.",
    "resources-exhausted": "What is exhausted is the machine's.",
    "resume-lost-state": "What the checkpoint does not hold cannot be restored.",
    "schedule-event": VERDICT,
    "shape-mismatch": ENDED,
    "shuffled-labels": "Which label belongs to which input is not known.",
    "train-val-leakage": "Another split is another measurement; the finding names the pairs.",
    "train-val-shift": "Other data would be needed.",
    "uncaught-exception": ENDED,
    "underfitting": "Nothing is at fault that could be undone; try `--remedy epochs=3`, `--remedy model=m`, `--remedy lr=3`.",
    "unequal-samples": ENDED,
    "uneven-batches": "The ranks wait for one another before there is anything to compare.",
    "unexpected-image-mode": "Pictures would have to be written anew; the finding names them.",
    "val-below-train": VERDICT,
    "weights-overwritten": "What changes the weights lies in the user's code; the finding names the lines that may do it.",
    "weights-not-loaded": "The weights that were meant are not there, or belong to other names.",
    "within-noise": VERDICT,
    "workers-cannot-start": ENDED,
    "wrong-dataset-layout": FILES,
    "wrong-file-reference": FILES,
    "wrong-recorded-size": FILES,
}
"""Why no treatment undoes a cause."""

WHERE = {"process": "in the process", "dataset": "on a repaired copy", "command": "in the command"}


def treatments_page() -> str:
    """The page, in Markdown."""
    causes = sorted(all_causes(), key=lambda c: c.slug)
    undone = [(c.slug, c.undo) for c in causes if c.undo is not None]
    rest = [(c.slug, WHY_NONE.get(c.slug, "No reason is given.")) for c in causes if c.undo is None]
    lines = [
        "# Treatments",
        "",
        "What a trial changes to undo a cause ([trials.md](trials.md)). The command and the files stay as they are: a",
        "treatment acts in the training process, through the recorder, or on a copy of the dataset. One that does not reach a",
        "run says so, as control and undone arm then go exactly alike; one that fails leaves its arm unjudged.",
        "",
        f"{len(undone)} of {len(causes)} causes can be undone. The tests in `tests/recorder/test_treated_*.py` hold a treated",
        "training to the one that a person mends by hand: the same weights, bit for bit or to the tolerance of floats.",
        "",
        "| cause | undone by | where |",
        "|---|---|---|",
        *(f"| [{slug}](causes/{slug}.md) | {t.because} | {WHERE[t.where]} |" for slug, t in undone),
        "",
        "## Causes that nothing undoes",
        "",
        "| cause | why |",
        "|---|---|",
        *(f"| [{slug}](causes/{slug}.md) | {why} |" for slug, why in rest),
        "",
        "## Remedies",
        "",
        "`traindx prove RUN --remedy NAME[=VALUE]`, several at once. A remedy has no symptom; it *helped*, *did nothing* or",
        "*harmed* by what the run learned: by its own validation where there is one (an accuracy where the remedy changes the",
        "loss), else by batches that it had not seen, with the difference, its interval over seeds and how far seeds differ.",
        "Below a difference of 2 % nothing is said to have helped; by a single seed, below 10 %. Both are guesses.",
        "",
        "| remedy | what it does | value where none is named |",
        "|---|---|---|",
        *(f"| `{n}` | {r.what} | {'' if r.default is None else r.default} |" for n, r in REMEDIES.items()),
    ]
    return "\n".join(lines) + "\n"
