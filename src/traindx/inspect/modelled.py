"""What `model=` adds to a dataset's facts: the network that it builds, and the class names that it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from traindx.core.class_maps import plain
from traindx.core.dataset import Dataset
from traindx.core.network import Network
from traindx.errors import TraindxError
from traindx.inspect.network import CHECKPOINTS, build_network
from traindx.scan.checkpoint_names import checkpoint_names


@dataclass(frozen=True)
class Modelled:
    """The dataset with the model's class names among its maps, the network where one was built, and why none was."""

    dataset: Dataset
    network: Network | None = None
    error: str = ""


def with_model(dataset: Dataset, spec: str, settings: Mapping[str, Any]) -> Modelled:
    """The dataset and the network that `spec` names. What cannot be built is said in `error`; the dataset is examined anyway."""
    names: Mapping[int, str] = {}
    network, error = None, ""
    try:
        if spec.endswith(CHECKPOINTS) and Path(spec).is_file():
            names = checkpoint_names(Path(spec))
        network = build_network(spec, dataset, settings)
    except TraindxError as problem:
        error = str(problem)
    if network is None and not names and not error:
        error = (
            f"{spec} holds weights, and neither class names nor a structure that can be read without executing it. "
            "Name the model itself: model=yolo11n.yaml or model=models.py:build"
        )
    names = names or (network.names if network is not None else {})
    return Modelled(with_names(dataset, spec, names), network, error)


def with_names(dataset: Dataset, spec: str, names: Mapping[int, str]) -> Dataset:
    """The dataset with the class names of a model among its class maps, where these are the data's classes in some order.

    A model of other classes is no fault: fine-tuning replaces its head.
    """
    if {plain(name) for name in names.values()} != {plain(name) for name in dataset.names.values()}:
        return dataset
    known = dataset.class_maps or {dataset.source_path: dataset.names}
    return replace(dataset, class_maps={**known, spec: names})
