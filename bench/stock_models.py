"""Stock models of Ultralytics, torchvision and timm as they come: what the checks of a built network say of them, which is nothing.

    python bench/stock_models.py [--only WORD] [--again]

Each model is built and looked at as by `traindx check DATA model=NAME batch=8` for a drawn dataset: boxes of three classes for
detectors, pictures of ten classes for classifiers. Counted are findings of the M2 checks at level error and warning, which are
false alarms all. Results are kept by model in bench/results/stock-models.jsonl and written to bench/results/stock-models.md; a
model that is there is not built again unless --again is given.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import timm  # noqa: F401
import torch
import torchvision  # noqa: F401
import ultralytics  # noqa: F401
from PIL import Image, ImageDraw

from traindx import examine
from traindx.core.dataset import Dataset
from traindx.core.network import network_of
from traindx.core.report import Report
from traindx.core.setup import Setup
from traindx.inspect.building import Wanted
from traindx.inspect.child import examined
from traindx.inspect.network import request_for
from traindx.scan import ScanOptions, scan

RESULTS = Path(__file__).parent / "results"
KEPT, PAGE = RESULTS / "stock-models.jsonl", RESULTS / "stock-models.md"
BATCH = 8
SIZE = 256
"""`imgsz` for models of Ultralytics: at 640 a look takes six times as long."""

ULTRALYTICS = (
    *("yolov3-tinyu", "yolov5nu", "yolov5su", "yolov5n-p6", "yolov6n", "yolov6s", "yolov8n", "yolov8s", "yolov8n-p2"),
    *("yolov8n-p6", "yolov8n-ghost", "yolov8n-seg", "yolov8n-pose", "yolov8n-obb", "yolov9t", "yolov9s", "yolov10n"),
    *("yolov10s", "yolo11n", "yolo11s", "yolo11n-seg", "yolo11n-pose", "yolo11n-obb", "yolo12n", "yolo12s", "yolo26n"),
)
ULTRALYTICS_CLASSIFIERS = ("yolov8n-cls", "yolo11n-cls", "yolo12n-cls", "yolo26n-cls")
DETECTORS = (
    *("fasterrcnn_mobilenet_v3_large_320_fpn", "fasterrcnn_resnet50_fpn"),
    *("retinanet_resnet50_fpn", "fcos_resnet50_fpn", "ssd300_vgg16"),
    *("ssdlite320_mobilenet_v3_large", "maskrcnn_resnet50_fpn"),
)
TORCHVISION = (
    *(
        "alexnet",
        "convnext_tiny",
        "densenet121",
        "efficientnet_b0",
        "efficientnet_v2_s",
        "googlenet",
    ),
    *(
        "maxvit_t",
        "mnasnet0_5",
        "mnasnet1_0",
        "mobilenet_v2",
        "mobilenet_v3_small",
        "mobilenet_v3_large",
        "regnet_x_400mf",
    ),
    *(
        "regnet_y_400mf",
        "resnet18",
        "resnet34",
        "resnet50",
        "resnext50_32x4d",
        "shufflenet_v2_x0_5",
        "shufflenet_v2_x1_0",
    ),
    *(
        "squeezenet1_0",
        "squeezenet1_1",
        "swin_t",
        "swin_v2_t",
        "vgg11",
        "vgg11_bn",
        "vgg16",
        "vgg16_bn",
        "vgg19",
        "vit_b_32",
    ),
)
TIMM = (
    *("resnet26d", "resnet10t", "resnetv2_18", "vit_tiny_patch16_224", "vit_small_patch32_224"),
    *("deit_tiny_patch16_224", "deit_tiny_distilled_patch16_224", "cait_xxs24_224", "convnext_atto", "convnextv2_atto"),
    *("efficientnet_lite0", "tf_efficientnetv2_b0", "mobilenetv3_small_100", "mobilenetv4_conv_small", "mobileone_s0"),
    *("ghostnet_100", "lcnet_050", "mixer_s32_224", "gmlp_ti16_224", "resmlp_12_224", "levit_128s", "pit_ti_224"),
    *("pvt_v2_b0", "poolformer_s12", "edgenext_xx_small", "mobilevit_xxs", "xcit_nano_12_p16_224", "coat_lite_tiny"),
    *("crossvit_tiny_240", "visformer_tiny", "tinynet_e", "rexnet_100", "hardcorenas_a", "fbnetc_100", "spnasnet_100"),
    *("nf_resnet26", "nfnet_l0", "repvgg_a0", "vgg11", "densenet121", "dla34", "hrnet_w18_small", "cspresnet50"),
    *("darknet53", "swin_tiny_patch4_window7_224", "eva02_tiny_patch14_224", "fastvit_t8", "efficientformer_l1"),
    *(
        "starnet_s1",
        "ese_vovnet19b_dw",
        "selecsls42",
        "test_vit",
        "regnety_002",
        "semnasnet_075",
        "skresnet18",
        "bat_resnext26ts",
    ),
)


def models() -> Iterator[tuple[str, bool]]:
    """What `model=` is given, and whether it detects."""
    yield from ((name, True) for name in ULTRALYTICS)
    yield from ((name, False) for name in ULTRALYTICS_CLASSIFIERS)
    yield from ((f"timm:{name}", False) for name in TIMM)
    yield from ((f"torchvision:{name}", False) for name in TORCHVISION)
    yield from ((f"torchvision:{name}", True) for name in DETECTORS)


def draw_boxes(home: Path) -> Path:
    """48 pictures of 640 x 480 with two to six rectangles and ellipses of three classes, as YOLO labels."""
    drawn = np.random.default_rng(0)
    for split, count in (("train", 40), ("val", 8)):
        for number in range(count):
            picture = Image.fromarray(drawn.integers(90, 150, (480, 640, 3), dtype=np.uint8))
            pen, rows = ImageDraw.Draw(picture), []
            for _ in range(drawn.integers(2, 7)):
                kind, (wide, high) = int(drawn.integers(3)), (int(v) for v in drawn.integers(30, 200, 2))
                left, top = int(drawn.integers(640 - wide)), int(drawn.integers(480 - high))
                colour = tuple(int(v) for v in drawn.integers(0, 255, 3))
                shape = (pen.rectangle, pen.ellipse, pen.rectangle)[kind]
                shape((left, top, left + wide, top + high), fill=colour)
                rows.append(f"{kind} {(left + wide / 2) / 640} {(top + high / 2) / 480} {wide / 640} {high / 480}")
            for part, suffix in (("images", "jpg"), ("labels", "txt")):
                (home / part / split).mkdir(parents=True, exist_ok=True)
                file = home / part / split / f"{number}.{suffix}"
                picture.save(file) if part == "images" else file.write_text("\n".join(rows))
    (home / "data.yaml").write_text("path: .\ntrain: images/train\nval: images/val\nnames: [plate, ball, door]\n")
    return home / "data.yaml"


def draw_classes(home: Path) -> Path:
    """Ten folders of six pictures of one colour and noise."""
    drawn = np.random.default_rng(1)
    for kind in range(10):
        for split, count in (("train", 5), ("val", 1)):
            folder = home / split / f"kind{kind}"
            folder.mkdir(parents=True)
            for number in range(count):
                base = drawn.integers(0, 255, 3) * 0.5 + np.array([kind * 12, 120 - kind * 12, 60])
                noise = drawn.normal(0, 25, (96, 96, 3))
                Image.fromarray(np.clip(base + noise, 0, 255).astype(np.uint8)).save(folder / f"{number}.png")
    return home


def fact_of(request: dict[str, Any]) -> dict[str, Any]:
    """The fact of a network, or why there is none; runs in a process of its own, where the libraries are already imported."""
    try:
        return json.loads(json.dumps({"network": examined(Wanted(**request, memory=False))}))
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def judged(dataset: Dataset, model: str) -> Report:
    """The report of the checks of a built network, those of sizes and of class maps with it."""
    settings = {"batch": BATCH} | ({"imgsz": SIZE} if model in (*ULTRALYTICS, *ULTRALYTICS_CLASSIFIERS) else {})
    with get_context("fork").Pool(1) as pool:
        found = pool.apply(fact_of, (request_for(model, dataset, settings),))
    facts = {"dataset": dataset, "setup": Setup((), ".", "pytorch", settings)}
    facts |= {"network": network_of(found["network"])} if "network" in found else {}
    meta = {"model_error": found["error"]} if "error" in found else {}
    return examine.judge(facts, select=("M2", "D350", "D351", "D352", "D311", "D312"), meta=meta)


def looked(dataset: Dataset, model: str) -> dict[str, Any]:
    """One model's row."""
    report = judged(dataset, model)
    found = [{"code": o.code, "level": o.level, "message": f.message} for o, f in report.findings()]
    facts = {
        row[0]: row[1]
        for item in report.overview
        if hasattr(item, "rows") and "network" in item.columns
        for row in item.rows
    }
    crashed = [o.code for o in report.outcomes if o.status == "crashed"]
    checked = sum(o.status in ("passed", "failed") for o in report.outcomes)
    row = {"model": model, "error": report.meta.get("model_error", ""), "findings": found, "crashed": crashed}
    return row | {"checked": checked, "network": facts}


def page(rows: list[dict[str, Any]]) -> str:
    """The results as a page."""
    count = {
        level: sum(any(f["level"] == level for f in r["findings"]) for r in rows) for level in ("error", "warning")
    }
    built = [r for r in rows if not r["error"]]
    ratios = [
        float(a.split(",")[0]) / float(a.split("gives ")[1]) for r in built if (a := r["network"].get("first loss"))
    ]
    lines = [
        "# Stock models",
        "",
        "`python bench/stock_models.py` builds models of Ultralytics, torchvision and timm with their default",
    ]
    lines += [f"initialisation and examines each against drawn data, as `traindx check DATA model=NAME batch={BATCH}`"]
    lines += [
        f"does (those of Ultralytics with imgsz={SIZE}).",
        "",
    ]
    lines += [f"- models: {len(rows)}, built and looked at: {len(built)}"]
    lines += [f"- with a finding at level error: {count['error']}, at level warning: {count['warning']}"]
    lines += [f"- checks that broke: {sum(len(r['crashed']) for r in rows)}"]
    if ratios:
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}, median {float(np.median(ratios)):.2f}"
        lines += [f"- first loss of the {len(ratios)} classifiers over ln K: {spread}"]
    lines += [
        "",
        "| model | parameters | layers | checks that looked | errors and warnings | notes |",
        "|---|---:|---:|---:|---|---|",
    ]
    for r in rows:
        wrong = (
            "; ".join(f"{f['code']} {f['message']}" for f in r["findings"] if f["level"] != "note")
            or r["error"]
            or "none"
        )
        notes = ", ".join(sorted({f["code"] for f in r["findings"] if f["level"] == "note"}))
        parameters = str(r["network"].get("parameters", "")).split(",  ")[0].split(" of them")[0]
        size, held = parameters.split(", ")[0], r["network"].get("layers with weights", "")
        lines.append(f"| {r['model']} | {size} | {held} | {r['checked']} | {wrong} | {notes} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Build what is not there yet, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--again", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    lines = KEPT.read_text().splitlines() if KEPT.exists() else []
    kept = {row["model"]: row for row in map(json.loads, lines)}
    with tempfile.TemporaryDirectory() as folder:
        drawn = draw_boxes(Path(folder) / "boxes"), draw_classes(Path(folder) / "classes")
        boxes, classes = (scan(path, ScanOptions(cache=False, workers=1)) for path in drawn)
        for model, detects in models():
            if asked.only not in model or (model in kept and not asked.again):
                continue
            kept[model] = looked(boxes if detects else classes, model)
            KEPT.write_text("".join(json.dumps(row) + "\n" for row in kept.values()))
            wrong = [f for f in kept[model]["findings"] if f["level"] != "note"]
            print(model, kept[model]["error"] or kept[model]["crashed"] or wrong or "nothing", flush=True)
    order = [name for name, _ in models()]
    PAGE.write_text(page([kept[name] for name in order if name in kept]))


if __name__ == "__main__":
    main()
