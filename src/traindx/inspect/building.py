"""Builds the model that was asked for, in the child process: which library a name belongs to, and how many classes it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from traindx.errors import TraindxError

FORMS = "yolo11n.yaml, torchvision:resnet18, timm:resnet18, hf:FOLDER, package.module:function, or models.py:function"
SQUARE, LETTERBOX = "square", "letterbox"


@dataclass(frozen=True)
class Wanted:
    """What was asked for. `classes` is the data's number, `given` the user's; `imgsz` None where not named; `yaml` a structure
    that a checkpoint holds; `channels` those that the data's settings name; `common` a size that nearly all pictures have;
    `memory`: what a step needs of it is measured too; `few`: seconds for learning the pictures by heart, `labels` their classes;
    `twins`: seconds for twins of a step on pictures of `labelled`, on a `device` (else the one that is there), with `weights`,
    and once more through the user's own `augment`."""

    spec: str
    classes: int | None = None
    given: int | None = None
    task: str = "classify"
    imgsz: int | None = None
    batch: int | None = None
    pictures: Sequence[str] = ()
    yaml: Mapping[str, Any] | None = None
    channels: int | None = None
    common: int | None = None
    memory: bool = True
    few: float = 0.0
    labels: Sequence[int] = ()
    twins: float = 0.0
    labelled: Sequence[Mapping[str, Any]] = ()
    device: str = ""
    weights: str | None = None
    augment: str = ""

    @property
    def number(self) -> int | None:
        """Classes to build for: the user's number goes before the data's."""
        return self.given if self.given is not None else self.classes

    @property
    def chosen(self) -> str:
        """Who said how many."""
        return "given" if self.given is not None else "data" if self.classes else "model"


@dataclass
class Built:
    """A model with what its family says of it. `sizes` are picture sizes to try, the likeliest first; `listed`: it takes a list
    of pictures with targets and returns its losses, as torchvision's detectors do; `number`: the classes that were wanted."""

    model: Any
    framework: str = "pytorch"
    task: str = "classify"
    sizes: tuple[int, ...] = (224,)
    scaled: str = SQUARE
    chosen: str = "data"
    listed: bool = False
    names: Mapping[int, str] = field(default_factory=dict)
    anchors: Mapping[str, Any] | None = None
    path: str | None = None
    line: int | None = None
    notes: list[str] = field(default_factory=list)
    number: int | None = None


def build(wanted: Wanted) -> Built:
    """The model. Raises `TraindxError` for a name that nobody knows; whatever building raises else is passed on."""
    from traindx.inspect import build_huggingface, build_timm, build_torchvision, build_ultralytics, build_user

    spec = wanted.spec
    library, _, name = spec.partition(":")
    if wanted.yaml is not None:
        return build_ultralytics.built(wanted, spec)
    if name and library == "torchvision":
        return build_torchvision.built(wanted, name)
    if name and library == "timm":
        return build_timm.built(wanted, name)
    if name and library in ("hf", "huggingface", "transformers"):
        return build_huggingface.built(wanted, name)
    if name and library == "ultralytics":
        return build_ultralytics.built(wanted, name)
    if name and not Path(spec).exists():
        return build_user.built(wanted)
    if spec.endswith((".yaml", ".yml")) or build_ultralytics.knows(spec):
        return build_ultralytics.built(wanted, spec)
    if Path(spec).is_dir() and (Path(spec) / "config.json").is_file():
        return build_huggingface.built(wanted, spec)
    if build_torchvision.knows(spec):
        return build_torchvision.built(wanted, spec)
    if build_timm.knows(spec):
        return build_timm.built(wanted, spec)
    raise TraindxError(
        f"model {spec} is not known", "nothing can be said of the network", f"name it as one of: {FORMS}"
    )
