"""Models of torchvision, without weights: classifiers, and detectors with a class more for the background."""

from __future__ import annotations

from importlib.util import find_spec

from traindx.errors import TraindxError
from traindx.inspect.building import LETTERBOX, Built, Wanted

LOOKED_AT = 128
"""The side that a detector's pictures are scaled to while it is looked at: at its own 800 a look takes half a minute."""


def knows(name: str) -> bool:
    """Whether torchvision has a model of this name."""
    if find_spec("torchvision") is None:
        return False
    from torchvision import models

    return name in models.list_models()


def built(wanted: Wanted, name: str) -> Built:
    """The model with random weights, for the classes of the data or as many as the user says."""
    if not knows(name):
        raise TraindxError(f"torchvision has no model {name}", "", "names: torchvision.models.list_models()")
    from torchvision import models
    from torchvision.models import detection

    detector = name in models.list_models(module=detection)
    number = wanted.number
    if detector and number is not None and wanted.given is None:
        number += 1
    options = {} if number is None else {"num_classes": number}
    if not detector:
        options |= {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
        model = models.get_model(name, weights=None, **options)
        size = 299 if name == "inception_v3" else 224
        return Built(model, sizes=(wanted.imgsz or size,), chosen=wanted.chosen)
    model = models.get_model(name, weights=None, weights_backbone=None, **options)
    return Built(model, task="detect", sizes=(LOOKED_AT,), scaled=LETTERBOX, chosen=wanted.chosen, listed=True)
