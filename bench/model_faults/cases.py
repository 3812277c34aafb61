"""The cases: networks with one fault each, sound look-alikes, and the files and pictures that they need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from PIL import Image

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """`model` is what is given; `codes` the checks that may name the fault (none: it is sound); the place is the expected layer
    or setting where not the marked line."""

    model: str
    codes: tuple[str, ...] = ()
    layer: str = ""
    setting: str = ""
    data: str = "classes"
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The function, class or file."""
        words = " ".join(f"{k}={v}" for k, v in self.settings.items())
        model = re.sub(r"^(faulty_values|faulty_flow|sound)\.py:", "", self.model.rpartition("/")[2])
        return f"{model} {words}".strip()


def faults() -> Iterator[Case]:
    """The planted faults."""
    values, flow = "faulty_values.py:", "faulty_flow.py:"
    yield Case(values + "EightOutputs", ("M201",), "fc")
    yield Case(values + "no_background", ("M201",), "roi_heads.box_predictor.cls_score", data="boxes")
    yield Case(values + "retina_of_two", ("M201",), "head.classification_head.cls_logits", data="boxes")
    yield Case(
        "yolov8n.yaml", ("M201",), setting="num_classes", data="boxes", settings={"num_classes": 2, "imgsz": 128}
    )
    yield Case("anchors_in_cells.yaml", ("M205",), setting="anchors", data="boxes", settings={"imgsz": 320})
    yield Case("anchors_too_large.yaml", ("M205",), setting="anchors", data="boxes", settings={"imgsz": 320})
    yield Case("anchors_of_two_levels.yaml", ("M207",), setting="anchors", data="boxes", settings={"imgsz": 128})
    yield Case("anchors_of_odd_length.yaml", ("M207",), setting="anchors", data="boxes", settings={"imgsz": 128})
    yield Case("anchors_turned.yaml", ("M207",), setting="anchors", data="boxes", settings={"imgsz": 128})
    yield Case(values + "OneChannel", ("M209",), "conv1")
    yield Case(values + "FourChannels", ("M209",), "conv1")
    yield Case(values + "SoftmaxAtEnd", ("M221",))
    yield Case(values + "softmax_module", ("M221",))
    yield Case(values + "SigmoidAtEnd", ("M227",), "fc")
    yield Case(values + "AveragedToNothing", ("M256",), "fc")
    yield Case(values + "SoftmaxOverSamples", ("M223", "M226"), "fc")
    yield Case(values + "ConstantWeights", ("M218",), "conv2")
    yield Case(values + "ZeroWeights", ("M218",), "conv2")
    yield Case(values + "WeightsHundredth", ("M211",), "net.*")
    yield Case(values + "SmallNormal", ("M211",), "conv1")
    yield Case(values + "WeightsHundredfold", ("M212",), "net.*")
    yield Case(values + "StandardNormal", ("M212",), "conv3")
    yield Case(values + "LargeHead", ("M214",), "fc")
    yield Case(values + "sigmoid_stack", ("M215",), "3", settings={"imgsz": 96})
    yield Case(values + "sigmoid_convolutions", ("M215",), "3", settings={"imgsz": 96})
    yield Case(values + "SaturatedTanh", ("M216",), "fc1", settings={"imgsz": 96})
    yield Case(flow + "NothingNonlinear", ("M219",), "conv2")
    yield Case(flow + "LinearHead", ("M220",), "fc.0")
    yield Case(flow + "OnlyPools", ("M220",), "conv1", settings={"imgsz": 96})
    yield Case(flow + "ReshapeAcrossBatch", ("M226",), "fc")
    yield Case(flow + "BatchAsSequence", ("M226",), "attention")
    yield Case(flow + "MeanOverSamples", ("M226",), "fc")
    yield Case(flow + "ViewOfOtherWidth", ("M224",), "fc", settings={"imgsz": 96})
    yield Case(flow + "ReluOnLogits", ("M222",), "fc")
    yield Case(flow + "frozen_head", ("M243",), "fc", settings={"imgsz": 64})
    yield Case(flow + "all_frozen", ("M243",), "conv1")
    yield Case(flow + "frozen_random_backbone", ("M244",), "conv1", settings={"imgsz": 64})
    yield Case(flow + "Detached", ("M241",), "conv3")
    yield Case(flow + "NoGradInside", ("M241",), "conv2")
    yield Case(flow + "ForgottenBranch", ("M242",), "branch.0")
    yield Case(flow + "PlainList", ("M245",))
    yield Case(flow + "weights_of_parallel", ("M246",))
    yield Case(flow + "NormAfterPooling", ("M251",), "norm", settings={"batch": 2})
    yield Case(flow + "FlattenOfOneSize", ("M261",), "fc", settings={"imgsz": 96})
    yield Case("timm:vit_tiny_patch16_224", ("M261",), setting="imgsz", settings={"imgsz": 96})
    yield Case(flow + "DeadLayer", ("M217",), "conv2")
    yield Case(flow + "deep_and_plain", ("M213",), "0", settings={"imgsz": 64})
    yield Case(flow + "OneCoarseLevel", ("M208",), "head", data="specks", settings={"imgsz": 640})
    yield Case(flow + "prior_lost", ("M231",), "model.22.cv3.0.2", data="boxes", settings={"imgsz": 128})
    yield Case("names_turned.pt", ("D311", "D312"), data="boxes")
    yield Case("hf:labels_turned", ("D311", "D312"), settings={"imgsz": 64})
    yield Case("hf:labels_fewer", ("M201",), "classifier.1", settings={"imgsz": 64})


def sound() -> Iterator[Case]:
    """The look-alikes."""
    for name in ("plain", "ZeroHead", "Residual", "BatchFirst", "LogProbabilities", "Gated", "Cosine", "TwoHeads"):
        yield Case(f"sound.py:{name}", settings={"batch": 8})
    for name in ("RowsAsSequence", "LeNetOfSigmoids", "Probe", "mlp", "group_normalised", "he_weights"):
        yield Case(f"sound.py:{name}", settings={"imgsz": 96, "batch": 4})
    yield Case("sound.py:trained_backbone_frozen", settings={"imgsz": 64})
    yield Case("sound.py:loaded_backbone", settings={"imgsz": 64})
    yield Case("sound.py:FineDetector", data="specks", settings={"imgsz": 640})
    yield Case("anchors_of_yolov5.yaml", data="boxes", settings={"imgsz": 640, "batch": 2})
    yield Case("names_right.pt", data="boxes")
    yield Case("hf:labels_right", settings={"imgsz": 64})


def write_files(folder: Path) -> None:
    """YOLOv5's yaml with its anchors and with wrong ones, a checkpoint and configs with class names."""
    plain = (HERE / "yolov5n_anchors.yaml").read_text(encoding="utf-8")
    rows = ["[10,13, 16,30, 33,23]", "[30,61, 62,45, 59,119]", "[116,90, 156,198, 373,326]"]
    cells = ["[0.31,0.4, 0.5,0.9, 1,0.7]", "[0.9,1.9, 1.9,1.4, 1.8,3.7]", "[3.6,2.8, 4.8,6.1, 11.6,10]"]
    large = [
        "[1300,1200, 1500,1600, 1700,1800]",
        "[1800,1900, 2000,2100, 2200,2300]",
        "[2400,2400, 2600,2600, 3000,3000]",
    ]
    odd = [rows[0], "[30,61, 62,45, 59]", rows[2]]
    written = {
        "of_yolov5": rows,
        "in_cells": cells,
        "too_large": large,
        "of_two_levels": rows[1:],
        "of_odd_length": odd,
    }
    for name, anchors in {**written, "turned": rows[::-1]}.items():
        lines = "".join(f"  - {row}\n" for row in anchors)
        (folder / f"anchors_{name}.yaml").write_text(plain.replace("ANCHORS", lines))
    names = ["plate", "ball", "door"]
    torch.save({"names": dict(enumerate(names[::-1])), "state": torch.zeros(1)}, folder / "names_turned.pt")
    torch.save({"names": dict(enumerate(names)), "state": torch.zeros(1)}, folder / "names_right.pt")
    kinds = [f"kind{number}" for number in range(10)]
    for name, labels in (("right", kinds), ("turned", kinds[::-1]), ("fewer", kinds[:7])):
        (folder / f"labels_{name}").mkdir()
        config = {"model_type": "resnet", "architectures": ["ResNetForImageClassification"], "depths": [1, 1, 1, 1]}
        config |= {"hidden_sizes": [16, 32, 32, 64], "embedding_size": 16, "layer_type": "basic"}
        config |= {"id2label": dict(enumerate(labels)), "label2id": {v: k for k, v in enumerate(labels)}}
        (folder / f"labels_{name}" / "config.json").write_text(json.dumps(config))


def draw_specks(home: Path) -> Path:
    """Pictures of 640 x 480 with forty boxes of six pixels."""
    for part in ("images/train", "labels/train"):
        (home / part).mkdir(parents=True)
    for number in range(4):
        Image.new("RGB", (640, 480), (90, 100, 110)).save(home / f"images/train/{number}.jpg")
        rows = [f"{n % 3} {0.02 * n + 0.05} {0.02 * n + 0.05} {6 / 640} {6 / 480}" for n in range(40)]
        (home / f"labels/train/{number}.txt").write_text("\n".join(rows))
    (home / "data.yaml").write_text("path: .\ntrain: images/train\nval: images/train\nnames: [plate, ball, door]\n")
    return home / "data.yaml"
