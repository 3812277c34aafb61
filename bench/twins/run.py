"""Twins of the first batch on sound trainings, which are to stay without alarm, and on planted faults, which are to be seen.

    SIGN_DIGITS=FOLDER YOLO_DATA=data.yaml python bench/twins/run.py [--only WORD] [--again] [--page]

Sound are stock models of torchvision and timm with new weights and with weights that were trained here before, and scripts of
bench/healthy (detectors of torchvision and Ultralytics, transformers, Lightning, accumulation, averaged weights, mixed precision).
The twins are carried out as by `traindx prove --twins -- COMMAND`, without its first run of the command and the few samples
learned by heart; a false alarm is a finding of B241 to B252 at level error or warning. Results are kept by case in
bench/results/twins.jsonl, the page is bench/results/twins.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from traindx.core.example import recording_with
from traindx.core.finding import Table
from traindx.core.tryout import Tryouts
from traindx.core.twins import Twin, Twins
from traindx.core.twins_words import twins_overview
from traindx.errors import TraindxError
from traindx.examine import judge
from traindx.trial.arms import make_bench
from traindx.trial.grounds import Grounds
from traindx.trial.twins import LONG, tried

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results"
KEPT, PAGE = RESULTS / "twins.jsonl", RESULTS / "twins.md"
HEALTHY = HERE.parent / "healthy"
STEPS = 58
"""Steps between the twins: as many as `traindx prove --twins -- COMMAND` takes of a command that was not recorded before."""
SMALL = 450
"""The same with batches of two, which are followed for 1600 samples as far as the time allows."""
TRAINED = Path(tempfile.gettempdir()) / "traindx-bench-twins"


@dataclass(frozen=True)
class Case:
    """A command, and the codes one of which is to be seen; none of a sound training. `slug` is the cause that was planted."""

    name: str
    command: tuple[str, ...]
    codes: tuple[str, ...] = ()
    slug: str = ""
    trained: str = ""
    folder: Path = HERE
    steps: int = STEPS


def model(
    name: str, *more: str, fault: str = "", codes: tuple[str, ...] = (), slug: str = "", trained: bool = False
) -> Case:
    """A case of train.py."""
    command = ("train.py", "--model", name, *(("--fault", fault) if fault else ()), *more)
    words = " ".join(x for x in (name, "trained" if trained else "", *more, fault) if x)
    steps = SMALL if "small-batch" in fault else STEPS
    return Case(words, command, codes, slug or fault, name if trained else "", steps=steps)


NEW = (
    *("resnet18", "resnet50", "mobilenet_v3_small", "timm:resnet10t", "tiny_vit", "shufflenet_v2_x0_5", "mnasnet0_5"),
    *("timm:lcnet_050", "squeezenet1_1", "timm:convnext_atto", "timm:regnetx_002", "efficientnet_b0", "mobilenet_v2"),
    *("timm:mobilenetv4_conv_small", "timm:ghostnet_050", "timm:efficientvit_b0"),
)
SCRIPTS = (
    *(
        "yolo_bccd",
        "faster_rcnn",
        "hf_trainer",
        "lightning_fit",
        "timm_loop",
        "vit_timm",
        "ema",
        "ssdlite",
        "grad_scaler",
    ),
    *(
        "bf16_autocast",
        "accumulation",
        "workers",
        "step_lr_groupnorm",
        "frozen_backbone",
        "mixup",
        "unet",
        "multi_label",
    ),
    *("autoencoder", "sharpness_aware", "rows_lstm", "retinanet"),
)
OF_SCRIPTS = [Case(f"healthy/{name}.py", (f"{name}.py",), folder=HEALTHY) for name in SCRIPTS]
OF_NEW = [model(name, *(("--size", "48") if "squeezenet" in name else ())) for name in NEW]
SOUND = (
    *OF_SCRIPTS[:4],
    model("resnet18", trained=True),
    model("mobilenet_v3_small", trained=True),
    *OF_NEW,
    model("timm:resnet10t", "--augment"),
    model("timm:resnet10t", trained=True),
    *OF_SCRIPTS[4:],
)
FAULTS = (
    model("timm:resnet10t", "--count", "96", "--epochs", "20", fault="shuffled-labels", codes=("B251",)),
    model("resnet18", "--count", "64", "--epochs", "30", fault="shuffled-labels", codes=("B251",)),
    model("resnet18", fault="amp-overflow", codes=("B241",)),
    model("squeezenet1_1", "--size", "48", fault="dead-relu", codes=("B244",)),
    model("timm:resnet10t", fault="dead-relu", codes=("B244",)),
    model("timm:resnet10t", fault="inputs-replaced", codes=("B244",), slug="broken-graph"),
    model("resnet18", fault="batchnorm-stats-stale", codes=("B245",)),
    model("timm:resnet10t", fault="batchnorm-stats-stale", codes=("B245",)),
    model("resnet18", fault="batchnorm-small-batch", codes=("B246",)),
    model("timm:resnet10t", fault="batchnorm-small-batch", codes=("B246",)),
    model("timm:resnet10t", fault="dropout-too-high", codes=("B247",)),
    model("timm:resnet10t", fault="ema-lag", codes=("B248",)),
    model("resnet18", fault="channels-swapped", codes=("B249",), trained=True),
    model("timm:resnet10t", fault="channels-swapped", codes=("B249",), trained=True),
    model("timm:resnet10t", fault="normalised-twice", codes=("B250",), slug="wrong-normalization", trained=True),
    model("mobilenet_v3_small", fault="not-scaled", codes=("B250",), slug="wrong-normalization", trained=True),
    model("timm:resnet10t", fault="augmentation-too-strong", codes=("B252",)),
)


def trained(name: str) -> Path:
    """Weights of a network that was trained on the same pictures, made once."""
    path = TRAINED / f"{name.replace(':', '-')}.pt"
    if not path.exists():
        TRAINED.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "train.py", "--model", name, "--epochs", "12", "--save", str(path)]
        subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    return path


def measured(case: Case) -> dict[str, Any]:
    """The case carried out: which twins' checks failed, and how long it took."""
    command = [sys.executable, *case.command]
    if case.trained:
        command += ["--weights", str(trained(case.trained))]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        bench = make_bench(command, case.folder, Path(scratch), since=time.time(), deadline=began + 600)
        grounds = Grounds(bench, recording_with([]), lambda line: None, (0,))
        try:
            twins = tried(grounds, case.steps, LONG)
            if "B252" in case.codes or "--augment" in case.command:
                twins = replace(twins, plain=tried(grounds, case.steps, LONG, plain=True))
        except TraindxError as error:
            return {
                "name": case.name,
                "slug": case.slug,
                "codes": list(case.codes),
                "seconds": 0.0,
                "error": str(error),
            }
    seconds = time.monotonic() - began
    known = {"name": case.name, "slug": case.slug, "codes": list(case.codes), "seconds": round(seconds, 1)}
    return judged(known | {"twins": rounded(asdict(twins))})


def rounded(value: Any) -> Any:
    """Numbers to six digits, so that the results stay small."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(v) for v in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def twins_again(kept: dict[str, Any]) -> Twins:
    """Twins as they were kept."""
    plain = kept["plain"]
    made = tuple(Twin(**t) for t in kept["twins"])
    again = None if plain is None else twins_again(plain)
    return Twins(**{**kept, "twins": made, "losses": tuple(kept["losses"]), "plain": again})


def judged(row: dict[str, Any]) -> dict[str, Any]:
    """A row with what the checks say of its twins."""
    if "twins" not in row:
        return row
    twins = twins_again(row["twins"])
    report = judge({"tryouts": Tryouts(twins=twins)}, select=("B24", "B25"))
    row["failed"] = [o.code for o in report.outcomes if o.status == "failed"]
    row["loud"] = [o.code for o in report.outcomes if o.status == "failed" and o.level != "note"]
    row["passed"] = [o.code for o in report.outcomes if o.status == "passed"]
    row["said"] = [f.message for o in report.outcomes for f in o.findings]
    row["leads"] = [d.cause for d in report.diagnoses if d.status in ("proved", "consistent")][:3]
    row["table"] = [list(r) for table in twins_overview(twins) if isinstance(table, Table) for r in table.rows]
    return row


def page(rows: list[dict[str, Any]]) -> str:
    """The results as a page."""
    sound, faulty = [r for r in rows if not r["codes"]], [r for r in rows if r["codes"]]
    tried = [r for r in sound if "error" not in r]
    seen = [r for r in faulty if set(r["codes"]) & set(r.get("failed", ()))]
    wrong = [r for r in tried if r["loud"]]
    belongs = [r for r in tried if "B251" in r["passed"]]
    lines = [
        "# Twins of the first batch",
        "",
        "Made by `python bench/twins/run.py`; what each twin decides stands in [tryouts.md](../../docs/tryouts.md#twins).",
        "",
        f"- {len(tried)} sound trainings: {len(wrong)} with a warning of the twins; of {len(belongs)} they said that the labels"
        " belong to their pictures (the others they left undecided).",
        f"- {len(faulty)} planted faults: {len(seen)} seen by the twin that is to decide them.",
        "",
        "| sound training | warnings | notes | labels | seconds |",
        "|---|---|---|---|---|",
    ]
    for r in sound:
        if "error" in r:
            lines.append(f"| {r['name']} | not tried: {r['error'][:120]} | | | {r['seconds']:.0f} |")
            continue
        notes = [c for c in r["failed"] if c not in r["loud"]]
        told = "belong" if "B251" in r["passed"] else "undecided"
        lines.append(
            f"| {r['name']} | {', '.join(r['loud']) or 'none'} | {', '.join(notes)} | {told} | {r['seconds']:.0f} |"
        )
    lines += ["", "| fault | to be seen by | seen | leads | seconds |", "|---|---|---|---|---|"]
    for r in faulty:
        known = ", ".join(r.get("failed", ())) or "; ".join([r.get("error", "nothing")])[:120]
        lines.append(
            f"| {r['name']} | {', '.join(r['codes'])} | {known} | {', '.join(r.get('leads', ()))} | {r['seconds']:.0f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """All cases that are not known yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--page", action="store_true")
    asked = parser.parse_args()
    rows = {r["name"]: judged(r) for r in map(json.loads, KEPT.read_text().splitlines())} if KEPT.exists() else {}
    for case in () if asked.page else (*FAULTS, *SOUND):
        if asked.only not in case.name or (case.name in rows and not asked.again):
            continue
        rows[case.name] = measured(case)
        row = rows[case.name]
        print(case.name, row.get("failed"), row.get("leads"), row.get("error", ""), row["seconds"], flush=True)
        KEPT.write_text("".join(json.dumps(r) + "\n" for r in rows.values()))
    ordered = [rows[c.name] for c in (*SOUND, *FAULTS) if c.name in rows]
    PAGE.write_text(page(ordered))


if __name__ == "__main__":
    main()
