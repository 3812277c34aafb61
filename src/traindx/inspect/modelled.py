"""What `model=` adds to a dataset's facts: the network that it builds, and the class names that it carries."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from traindx.core.class_maps import plain
from traindx.core.dataset import Dataset
from traindx.core.network import Network
from traindx.core.tryout import Tryouts, overfit
from traindx.core.twins_read import twins_from
from traindx.errors import TraindxError
from traindx.inspect.machine import machine_of
from traindx.inspect.network import CHECKPOINTS, build_network
from traindx.scan.checkpoint_names import checkpoint_names

LONG = 10_000
"""Steps of a training whose length is not known: what takes longer to settle than that is too slow for most. A guess."""


def with_model(
    dataset: Dataset, spec: str, settings: Mapping[str, Any]
) -> tuple[Dataset, dict[str, Any], dict[str, Any]]:
    """The dataset with the model's class names among its maps, the facts of the network that `spec` names, and what the report
    says of it in `meta`: what cannot be built stands there as `model_error`, and the dataset is examined anyway."""
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
    told = {"model": spec} | ({"model_error": error} if error else {})
    if network is None:
        return with_names(dataset, spec, names), {}, told
    facts = {"network": network, "machine": machine_of((), Path.cwd()), **_tried(network)}
    return with_names(dataset, spec, names or network.names), facts, told


def _tried(network: Network) -> dict[str, Any]:
    """What the network's training on a few samples, and the twins of its first batches show, as the fact of the tryouts."""
    few = network.few
    learned = None
    if few:
        chance = math.log(few["classes"]) if few["classes"] > 1 else None
        learned = overfit(few["losses"], few["samples"], 1, chance=chance)
    twins = twins_from(network.twins, planned=LONG) if network.twins else None
    if twins is not None and network.augmented:
        twins = replace(twins, augmented=twins_from(network.augmented, planned=LONG))
    return {"tryouts": Tryouts(overfit=learned, twins=twins)} if few or twins is not None else {}


def with_names(dataset: Dataset, spec: str, names: Mapping[int, str]) -> Dataset:
    """The dataset with the class names of a model among its class maps, where these are the data's classes in some order.

    A model of other classes is no fault: fine-tuning replaces its head.
    """
    if {plain(name) for name in names.values()} != {plain(name) for name in dataset.names.values()}:
        return dataset
    known = dataset.class_maps or {dataset.source_path: dataset.names}
    return replace(dataset, class_maps={**known, spec: names})
