"""Models of transformers from a local folder with a config.json: the structure alone, with random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traindx.errors import TraindxError
from traindx.inspect.building import Built, Wanted

HEADS = (
    ("ForImageClassification", "AutoModelForImageClassification", "classify"),
    ("ForObjectDetection", "AutoModelForObjectDetection", "detect"),
)


def built(wanted: Wanted, folder: str) -> Built:
    """The model that `from_config` makes; its number of classes is the config's unless the user says another."""
    if not (Path(folder) / "config.json").is_file():
        raise TraindxError(
            f"{folder} holds no config.json", "nothing is downloaded", "give the folder of a saved model"
        )
    import transformers

    config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
    if wanted.given is not None:
        config.num_labels = wanted.given
    architectures = " ".join(getattr(config, "architectures", None) or ())
    kind, task = next(((k, t) for ending, k, t in HEADS if ending in architectures), HEADS[0][1:])
    model = getattr(transformers, kind).from_config(config)
    labels = {int(k): str(v) for k, v in (getattr(config, "id2label", None) or {}).items()}
    notes = ["structure and names are those of config.json; its weights were not read"]
    chosen = "given" if wanted.given is not None else "model"
    size = _size(config)
    sizes = (wanted.imgsz,) if wanted.imgsz else ((size,) if size else ()) + (224, 384)
    return Built(
        model, "huggingface", task, sizes, chosen=chosen, names=labels, path=f"{folder}/config.json", notes=notes
    )


def _size(config: Any) -> int | None:
    size = getattr(config, "image_size", None)
    size = size[0] if isinstance(size, (list, tuple)) and size else size
    return size if isinstance(size, int) and size > 0 else None
