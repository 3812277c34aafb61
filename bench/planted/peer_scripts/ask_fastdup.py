"""fastdup: a run over the set's pictures with its defaults, and what its galleries show by theirs."""

import os
import tempfile
from pathlib import Path

os.environ["SENTRY_OPT_OUT"] = "True"

import fastdup
from line_server import Heard, said, serve

DUPLICATE = 0.96
"""The similarity above which its summary counts pictures as near-identical."""
SPLITS = ("train", "val", "test")


def ask(root: str, kind: str, data: str) -> tuple[list[Heard], int]:
    """Pictures that it calls invalid, pairs of near-identical ones, as leakage where the splits differ, and its outliers."""
    with tempfile.TemporaryDirectory() as work:
        found = fastdup.create(input_dir=root, work_dir=work)
        found.run(num_threads=1, overwrite=True, print_summary=False)
        invalid, pairs, outliers = found.invalid_instances(), found.similarity(), found.outliers()
    heard = [said(str(row.filename), str(row.error_code), ("corrupt-images",), "error") for row in invalid.itertuples()]
    for row in pairs[pairs.distance > DUPLICATE].itertuples():
        both = str(row.filename_from), str(row.filename_to)
        leaks = len({_split(path) for path in both}) > 1
        causes = ("train-val-leakage",) if leaks else ("duplicate-entries", "label-noise")
        heard += [said(path, f"similarity {row.distance:.3f}", causes) for path in both]
    return heard + [said(str(path), "outlier") for path in set(outliers.filename_outlier)], 0


def _split(path: str) -> str:
    return next((part for part in Path(path).parts if part in SPLITS), "")


serve("fastdup", ask)
