"""Ultralytics' training pictures with the settings of a yaml, on samples of the dataset that lie linked in a temporary folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.errors import TraindxError
from traindx.inspect.augmenting.opened import Opened, reversed_channels
from traindx.inspect.augmenting.pipelines import result_of
from traindx.inspect.augmenting.wanted import Labelled, Pipeline, Pixels, Result


def ultralytics_pipeline(
    given: str, pictures: Sequence[Labelled], folder: Path, opened: Opened, imgsz: int | None, training: bool
) -> Pipeline:
    """`given` is a yaml of settings or `key=value,key=value`, empty for the defaults. Labels are written to `folder`, no cache
    appears beside the user's."""
    import yaml
    from ultralytics.cfg import DEFAULT_CFG_DICT, get_cfg
    from ultralytics.data import base
    from ultralytics.data.build import build_yolo_dataset

    if given.endswith((".yaml", ".yml")):
        if not Path(given).is_file():
            raise TraindxError(f"{given}: no such file", "", "name a yaml of settings: augment=ultralytics:hyp.yaml")
        held = yaml.safe_load(Path(given).read_text(encoding="utf-8")) or {}
    else:
        pairs = (pair.split("=", 1) for pair in given.split(",") if "=" in pair)
        held = {key.strip(): yaml.safe_load(value) for key, value in pairs}
    unknown = sorted(set(held) - set(DEFAULT_CFG_DICT))
    settings = {key: value for key, value in held.items() if key in DEFAULT_CFG_DICT}
    if unknown and not settings:
        raise TraindxError(
            f"none of {', '.join(unknown[:4])} is a setting of Ultralytics", "", "look at its cfg/default.yaml"
        )
    settings |= {"task": "detect", "imgsz": imgsz or settings.get("imgsz") or 640, "cache": False, "rect": False}
    cfg = get_cfg(overrides={key: value for key, value in settings.items() if key not in ("data", "model", "mode")})
    _linked(pictures, folder)
    names = {i: str(i) for i in range(1 + max((c for p in pictures for c in p.classes), default=0))}
    data: Mapping[str, Any] = {"names": names, "nc": len(names), "channels": 3}
    opened.exchange(base, "imread", reversed_channels)
    dataset = build_yolo_dataset(cfg, str(folder / "images"), 16, data, mode="train" if training else "val", rect=False)

    places = {
        int(Path(file).stem): at for at, file in enumerate(dataset.im_files)
    }  # pictures that it refuses are not there

    def run(number: int, pixels: Pixels, _: NDArray[np.float64], __: list[int]) -> Result:
        for name in ("ims", "im_hw0", "im_hw"):
            setattr(dataset, name, [None] * len(dataset))
        dataset.buffer = list(range(len(dataset))) if training else []
        found = result_of(dataset[places[number]])
        return Result(found.picture, found.boxes, found.classes, "centre and size in shares")

    return Pipeline("Ultralytics", run, dataset.transforms, True, own=places)


def _linked(pictures: Sequence[Labelled], folder: Path) -> None:
    """The pictures as links, numbered, and their labels as rows."""
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    for n, one in enumerate(pictures):
        source = Path(one.path)
        (folder / "images" / f"{n:04}{source.suffix}").symlink_to(source)
        rows = []
        for label, (x0, y0, x1, y1) in zip(one.classes, one.boxes, strict=True):
            rows.append(f"{label} {(x0 + x1) / 2:.6f} {(y0 + y1) / 2:.6f} {x1 - x0:.6f} {y1 - y0:.6f}")
        (folder / "labels" / f"{n:04}.txt").write_text("\n".join(rows), encoding="utf-8")
