"""What `augment=` names, run on samples of a dataset in a process of its own, and read from its answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from traindx.core.augmentation import Augmentation, augmentation_of
from traindx.core.dataset import Dataset
from traindx.errors import TraindxError
from traindx.inspect.labelled_pictures import labelled_pictures
from traindx.inspect.network import QUIET

PICTURES = 16
SECONDS = 180.0


def audit(spec: str, dataset: Dataset, validation: str | None = None, imgsz: int | None = None) -> Augmentation:
    """What the pipeline `spec` makes of samples of the training split, and `validation` of the same samples.

    Pictures that show what the network would get are kept in a temporary folder. Raises `TraindxError` for what cannot be run.
    """
    pictures = labelled_pictures(dataset, PICTURES)
    if not pictures:
        raise TraindxError(
            "no sound picture of the training split can be opened", "the augmentation has nothing to work on", ""
        )
    found = _asked(spec, pictures, imgsz, training=True)
    if validation is None:
        return found
    return replace(found, validation=_asked(validation, pictures, imgsz, training=False))


def _asked(spec: str, pictures: list[dict[str, Any]], imgsz: int | None, *, training: bool) -> Augmentation:
    """What the child process answers; its output is kept back, its last line told where it ends without an answer."""
    folder = tempfile.mkdtemp(prefix="traindx-augment-")
    answer = Path(folder) / "augmentation.json"
    request: Mapping[str, Any] = {
        "spec": spec, "pictures": pictures, "imgsz": imgsz, "training": training, "folder": folder, "answer": str(answer)
    }  # fmt: skip
    env = {**os.environ, **QUIET, "MPLCONFIGDIR": folder, "NO_ALBUMENTATIONS_UPDATE": "1"}
    env |= {"YOLO_CONFIG_DIR": os.environ.get("YOLO_CONFIG_DIR", folder)}
    command = [sys.executable, "-m", "traindx.inspect.augmenting.child"]
    try:
        done = subprocess.run(
            command, input=json.dumps(request), capture_output=True, text=True, env=env, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:
        seen = f"augment={spec} took more than {SECONDS:g} s"
        raise TraindxError(seen, "the augmentation was given up", "run it by itself") from error
    if not answer.is_file():
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        seen = f"the process that ran augment={spec} ended with status {done.returncode}: {last[:300]}"
        raise TraindxError(seen, "", "run the code that makes the augmentation by itself")
    found = json.loads(answer.read_text(encoding="utf-8"))
    if "error" in found:
        raise TraindxError(*found["error"])
    return augmentation_of(found["augmentation"])
