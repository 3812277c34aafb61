"""Which ways of starting a training `traindx run` records, each tried for real, and what it saw of each.

    python bench/launchers.py --timm CLONE --torchvision CLONE [--only WORD] [--scratch FOLDER]

`CLONE` is a clone of huggingface/pytorch-image-models and of pytorch/vision, for their reference scripts; without it these
are left out. Datasets are drawn. Needs hydra-core, wandb and mlflow-skinny beside the test
extra.
Goes on where it was stopped, in the same `--scratch`: a result that was as expected is not made again (`--again WORD` does).
The table is `bench/results/launchers.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traindx.core.recording import Recording, Source

SCRIPTS = Path(__file__).parent / "launched"
RESULTS = Path(__file__).parent / "results"
SECONDS = 900
PICTURES, CLASSES = 12, 6


@dataclass(frozen=True)
class Case:
    """A command, in words `{s}` for the scripts, `{d}` for drawn data, `{timm}` and `{tv}` for the clones."""

    name: str
    command: str
    recorded: bool = True
    ranks: int = 1
    raises: bool = False


CASES = (
    Case("script", "python {s}/plain.py"),
    Case("module", "python -m package.train"),
    Case("script that raises", "python {s}/plain.py fail", raises=True),
    Case("shell", "bash -c 'cd / && python {s}/plain.py'"),
    Case("os.execv after training", "python {s}/plain.py execv"),
    Case("changed folder", "python {s}/chdir.py"),
    Case("Hydra", "python {s}/chdir.py hydra"),
    Case("Hydra, task raises", "python {s}/chdir.py hydra fail", raises=True),
    Case("own sys.excepthook", "python {s}/own_hook.py", raises=True),
    Case("IPython", "ipython {s}/plain.py"),
    Case("torchrun", "torchrun --nproc-per-node 2 {s}/distributed.py", ranks=2),
    Case("torch.multiprocessing.spawn", "python {s}/spawned.py spawn", ranks=2),
    Case("spawn, a worker raises", "python {s}/spawned.py spawn fail", ranks=2, raises=True),
    Case("multiprocessing.Process, spawn", "python {s}/spawned.py process", ranks=2),
    Case("multiprocessing.Process, fork", "python {s}/spawned.py fork", ranks=2),
    Case("Accelerate", "accelerate launch --cpu --num_processes 1 {s}/accelerated.py"),
    Case("Accelerate under torchrun", "torchrun --nproc-per-node 2 {s}/accelerated.py", ranks=2),
    Case("Lightning", "python {s}/lit.py 1"),
    Case("Lightning, 2 devices", "python {s}/lit.py 2", ranks=2),
    Case("Lightning with the callback", "python {s}/lit.py 1 callback"),
    Case("Hugging Face Trainer", "python {s}/hugging.py"),
    Case("Hugging Face Trainer with the callback", "python {s}/hugging.py callback"),
    Case("TensorBoard, W&B, MLflow", "python {s}/loggers.py"),
    Case(
        "Ultralytics",
        "yolo detect train model=yolov8n.yaml data={d}/yolo/data.yaml epochs=2 imgsz=64 batch=4 workers=0 device=cpu "
        "plots=False project={d}/yolo-runs",
    ),
    Case(
        "timm's train.py",
        "python {timm}/train.py --data-dir {d}/folders --model resnet10t --num-classes 6 --img-size 32 -b 4 "
        "--epochs 2 --warmup-epochs 0 --workers 0 --device cpu --output {d}/timm-runs",
    ),
    Case(
        "torchvision's classification/train.py",
        "python {tv}/classification/train.py --data-path {d}/folders --model resnet18 -b 4 --epochs 2 -j 0 --device cpu "
        "--val-resize-size 32 --val-crop-size 32 --train-crop-size 32 --output-dir {d}/tvc-runs",
    ),
    Case(
        "torchvision's detection/train.py",
        "python {tv}/detection/train.py --data-path {d}/coco --model fasterrcnn_mobilenet_v3_large_320_fpn -b 2 --epochs 1 "
        "-j 0 --device cpu --output-dir {d}/tvd-runs",
    ),
    Case("python -I", "python -I {s}/plain.py", recorded=False),
    Case("python -E", "python -E {s}/plain.py", recorded=False),
    Case("python -S", "python -S {s}/plain.py", recorded=False),
    Case("PYTHONPATH taken away", "env PYTHONPATH= python {s}/plain.py", recorded=False),
    Case("nothing trained", "python -c 'import torch'", recorded=False),
)


def tried(case: Case, scratch: Path, clones: dict[str, str]) -> dict[str, Any]:
    """Run one case behind the recorder; what its recording holds, or the line that says why there is none."""
    home = Path(tempfile.mkdtemp(dir=scratch))
    shown = case.command.replace("{s}/", "").format(d="DATA", timm="timm", tv="references")
    command = case.command.format(s=SCRIPTS, d=scratch, **clones)
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "YOLO_OFFLINE": "true"}
    env |= {"YOLO_CONFIG_DIR": str(scratch / "yolo-config"), "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(SCRIPTS)}
    words = ["run", "--folder", str(home / "recording"), "--output", str(home / "report.json"), "--format", "json"]
    launch = [sys.executable, "-c", "from traindx.cli import main; main()", *words, "--"]
    with (home / "said.txt").open("w") as said:
        done = subprocess.run([*launch, *_words(command)], cwd=home, env=env, stdout=said, stderr=said, timeout=SECONDS)
    lines = (home / "said.txt").read_text(errors="replace").splitlines()
    result: dict[str, Any] = {"command": shown, "status": done.returncode, "home": str(home)}
    result["said"] = next((line for line in reversed(lines) if line.startswith("traindx: ")), "")
    if any((home / "recording").glob("rank-*.jsonl")):
        result |= seen(Recording.load(home / "recording"))
    expected = bool(result.get("steps")) == case.recorded and len(set(result.get("ranks", [0]))) == case.ranks
    expected = expected and (result.get("ending") == "raised") == case.raises
    return {**result, "as_expected": expected}


def seen(recording: Recording) -> dict[str, Any]:
    """What a recording holds, of the first rank; ranks that trained, by number."""
    everyone = [recording, *recording.ranks]
    metrics = recording.lines.get("metric", ())
    raised = [e for r in everyone for e in r.of("exception")]
    return {
        "ranks": sorted(r.rank for r in everyone if len(r.step)),
        "steps": len(recording.step),
        "model": recording.model,
        "backward": _place(recording.sources.get("backward")),
        "validations": len(recording.validations),
        "metrics": dict(Counter(m["source"] for m in metrics)),
        "names": sorted({m["name"] for m in metrics}),
        "epochs": [[e.data["number"], e.data["source"]] for e in recording.of("epoch")],
        "ending": "raised" if raised else recording.ending,
        "raised": ", ".join(f"{e.data['type']} at {_place(e.source)}" for e in raised),
        "failed_probes": [e.data for r in everyone for e in (*r.of("probe_failed"), *r.of("detached"))],
    }


def _place(source: Source | None) -> str:
    """A line of code by its file's last two names."""
    return "" if source is None else f"{'/'.join(Path(source.path).parts[-2:])}:{source.line}"


def draw(scratch: Path) -> None:
    """Drawn data in the three forms: class folders, YOLO, COCO."""
    from PIL import Image, ImageDraw

    boxes: dict[str, list[dict[str, Any]]] = {"train": [], "val": []}
    for split in ("train", "val"):
        for n in range(PICTURES):
            picture = Image.new("RGB", (64, 64), (n * 20, 90, 160))
            ImageDraw.Draw(picture).rectangle((10 + n, 12, 40, 44), fill=(220, 30, 30))
            places = {
                scratch / "folders" / split / f"class{n % CLASSES}": f"{n}.png",
                scratch / "yolo" / "images" / split: f"{n}.png",
                scratch / "coco" / f"{split}2017": f"{n}.png",
            }
            for folder, name in places.items():
                folder.mkdir(parents=True, exist_ok=True)
                picture.save(folder / name)
            labels = scratch / "yolo" / "labels" / split
            labels.mkdir(parents=True, exist_ok=True)
            (labels / f"{n}.txt").write_text("0 0.42 0.44 0.4 0.5\n")
            box = [10 + n, 12, 30 - n, 32]
            boxes[split].append({"bbox": box, "area": box[2] * box[3], "image_id": n, "id": n + 1})
        _write_coco(scratch / "coco" / "annotations", split, boxes[split])
    names = f"path: {scratch / 'yolo'}\ntrain: images/train\nval: images/val\nnames: [box]\n"
    (scratch / "yolo" / "data.yaml").write_text(names)


def _write_coco(folder: Path, split: str, boxes: list[dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    corners = [[b["bbox"][0], b["bbox"][1], 40, 12, 40, 44, b["bbox"][0], 44] for b in boxes]
    content = {
        "info": {},
        "images": [{"id": n, "file_name": f"{n}.png", "width": 64, "height": 64} for n in range(PICTURES)],
        "categories": [{"id": 1, "name": "box"}],
        "annotations": [
            {**b, "category_id": 1, "iscrowd": 0, "segmentation": [c]} for b, c in zip(boxes, corners, strict=True)
        ],
    }
    (folder / f"instances_{split}2017.json").write_text(json.dumps(content))


def _words(command: str) -> list[str]:
    import shlex

    return shlex.split(command)


def table(results: dict[str, dict[str, Any]]) -> str:
    """The results as Markdown."""
    import torch

    head = ["way", "command", "recorded", "ranks", "steps", "model", "backward at", "metrics by", "epochs", "end"]
    lines = [
        "# Ways of starting a training\n",
        "`python bench/launchers.py --timm CLONE --torchvision CLONE`\n",
        f"Python {platform.python_version()}, torch {torch.__version__}. What the recording of each command holds, of its "
        "first rank. The scripts are in `bench/launched/`; the reference scripts are those of timm and torchvision, unchanged.\n",
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
    ]
    for name, r in results.items():
        metrics = ", ".join(f"{source} {count}" for source, count in r.get("metrics", {}).items()) or "none"
        epochs = ", ".join(f"{number} ({source})" for number, source in r.get("epochs", [])) or "none"
        ranks = ", ".join(map(str, r.get("ranks", [])))
        if r.get("steps"):
            end = f"{r['ending']}: {r['raised']}" if r["raised"] else r["ending"]
            cells = ["yes", ranks, r["steps"], r["model"], r["backward"], metrics, epochs, end]
        else:
            cells = ["no", "", "", "", "", "", "", r["said"].removeprefix("traindx: ")]
        lines.append(
            "| " + " | ".join([name, f"`{r['command']}`", *(str(c).replace("|", "\\|") for c in cells)]) + " |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Try what was not tried, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--timm")
    parser.add_argument("--torchvision")
    parser.add_argument("--only", default="")
    parser.add_argument("--again", default=None)
    parser.add_argument("--scratch", default=None)
    chosen = parser.parse_args()
    scratch = Path(chosen.scratch or tempfile.mkdtemp()).resolve()
    draw(scratch)
    file = scratch / "launchers.json"
    results: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    clones = {"timm": chosen.timm or "", "tv": f"{chosen.torchvision}/references" if chosen.torchvision else ""}
    for case in CASES:
        needs = [clone for clone in ("timm", "tv") if f"{{{clone}}}" in case.command and not clones[clone]]
        known = results.get(case.name, {}).get("as_expected") and not (chosen.again and chosen.again in case.name)
        if known or needs or chosen.only not in case.name:
            continue
        results[case.name] = tried(case, scratch, clones)
        ordered = {c.name: results[c.name] for c in CASES if c.name in results}
        file.write_text(json.dumps(ordered, indent=1) + "\n")
        (RESULTS / "launchers.md").write_text(table(ordered))
        print("ok " if results[case.name]["as_expected"] else "ODD", case.name, results[case.name], flush=True)


if __name__ == "__main__":
    main()
