"""cleanvision: all its issue types with their defaults over the set's pictures, as its README does."""

import contextlib
import io
from pathlib import Path

from cleanvision import Imagelab
from line_server import Heard, said, serve

CAUSES = {
    "odd_size": ("unexpected-image-mode", "corrupt-images"),
    "odd_aspect_ratio": ("unexpected-image-mode",),
    "grayscale": ("unexpected-image-mode", "train-val-shift"),
    "dark": ("train-val-shift",),
    "light": ("train-val-shift",),
    "blurry": ("train-val-shift",),
    "low_information": (),
}
SPLITS = ("train", "val", "test")


def ask(root: str, kind: str, data: str) -> tuple[list[Heard], int]:
    """Each picture with an issue; pairs of duplicates, as leakage where the splits differ."""
    with contextlib.redirect_stdout(io.StringIO()):
        lab = Imagelab(data_path=root)
        lab.find_issues(n_jobs=1)
    heard = []
    for issue, causes in CAUSES.items():
        column = f"is_{issue}_issue"
        if column in lab.issues:
            heard += [said(str(path), issue, causes) for path in lab.issues.index[lab.issues[column]]]
    for issue in ("exact_duplicates", "near_duplicates"):
        for group in lab.info.get(issue, {}).get("sets", []):
            leaks = len({_split(path) for path in group}) > 1
            causes = ("train-val-leakage",) if leaks else ("duplicate-entries", "label-noise")
            heard += [said(str(path), issue, causes) for path in group]
    return heard, 0


def _split(path: str) -> str:
    return next((part for part in Path(path).parts if part in SPLITS), "")


serve("cleanvision", ask)
