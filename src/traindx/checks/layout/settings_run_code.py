"""D418: the settings hold a command or code that trainers run."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of


@check("D418", level="note")
def settings_run_code(dataset: Dataset) -> Iterator[Finding | Measured]:
    """The data.yaml has a `download` key with a shell command or Python code.

    ## Why is this bad?
    Ultralytics and YOLOv5 run it when the pictures of val are not found. traindx does not run it and did not.

    ## How to fix
    Read it before you train with somebody else's file. Delete the key where the data are there.
    """
    if dataset.format != "yolo" or not dataset.settings:
        return
    code = dataset.settings.get("download")
    runs = isinstance(code, str) and bool(code.strip()) and not code.strip().lower().startswith(("http://", "https://"))
    yield Measured("lines of code in `download`", len(code.strip().splitlines()) if runs and code else 0, "0")
    if runs and code:
        place = Place(path=dataset.source_path, line=dataset.settings_lines.get("download"), setting="download")
        first = code.strip().splitlines()[0][:60]
        yield Finding(
            place, f"`download` is code that trainers run when val is not found: {first!r}; traindx did not run it"
        )


@settings_run_code.fires_on
def python_code() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], settings={"download": "import os\nos.remove('x')"})}


@settings_run_code.quiet_on
def an_address() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], settings={"download": "https://example.org/a.zip"})}
