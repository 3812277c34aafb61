"""Models of timm, without weights."""

from __future__ import annotations

from importlib.util import find_spec

from traindx.errors import TraindxError
from traindx.inspect.building import Built, Wanted


def knows(name: str) -> bool:
    """Whether timm has a model of this name."""
    if find_spec("timm") is None:
        return False
    import timm

    return bool(timm.is_model(name.partition(".")[0]))


def built(wanted: Wanted, name: str) -> Built:
    """The model with random weights."""
    if not knows(name):
        raise TraindxError(f"timm has no model {name}", "", "names: timm.list_models()")
    import timm

    options = {} if wanted.number is None else {"num_classes": wanted.number}
    model = timm.create_model(name, pretrained=False, **options)
    size = int(getattr(model, "default_cfg", {}).get("input_size", (3, 224, 224))[-1])
    return Built(model, sizes=(wanted.imgsz or size,), chosen=wanted.chosen)
