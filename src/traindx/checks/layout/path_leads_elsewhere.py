"""D425: from the folder where the training was started, `path` of the data.yaml leads Ultralytics elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured, Place
from traindx.core.oddities import of_kind
from traindx.core.setup import Setup
from traindx.core.small_dataset import dataset_of


@check("D425", level="error")
def path_leads_elsewhere(dataset: Dataset, setup: Setup) -> Iterator[Finding | Measured]:
    """A relative `path` in the data.yaml leads Ultralytics to a folder without the splits, which lie beside the yaml.

    Ultralytics takes a relative `path` from the working directory if that exists, else from its own datasets folder
    (`check_det_dataset`, data/utils.py of 8.4.190), never from the yaml's folder. Looked at for recorded commands of
    Ultralytics alone; in a plain `traindx check` the report shows which rule led to the pictures.

    ## Why is this bad?
    The training stops before the first step: `Dataset images not found, missing path`.

    ## How to fix
    Write the absolute path, or leave `path` out: then splits are relative to the yaml's folder.
    """
    if setup.framework != "ultralytics" or not setup.command or dataset.format != "yolo":
        return
    found = of_kind(dataset, "trainer-root")
    yield Measured("folders that `path` means to the trainer and that hold no split", len(found), "0")
    for odd in found:
        place = Place(path=odd.path, line=dataset.settings_lines.get("path"), setting="path")
        yield Finding(place, f"{odd.text}; the splits are in {dataset.root}")


def _started(framework: str, *oddities: Oddity) -> Facts:
    setup = Setup(("yolo", "detect", "train"), "/home/me", framework)  # type: ignore[arg-type]
    return {"dataset": dataset_of([{"path": "a.jpg"}], oddities=oddities), "setup": setup}


@path_leads_elsewhere.fires_on
def a_path_of_one_dot() -> Facts:
    return _started("ultralytics", Oddity("data.yaml", "trainer-root", "`path: .` is /home/me for Ultralytics"))


@path_leads_elsewhere.quiet_on
def a_path_that_leads_there() -> Facts:
    return _started("ultralytics")


@path_leads_elsewhere.quiet_on
def a_loader_of_ones_own() -> Facts:
    return _started("pytorch", Oddity("data.yaml", "trainer-root", "`path: .` is /home/me for Ultralytics"))
