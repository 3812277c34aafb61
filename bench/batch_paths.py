"""Are samples of sound models said to be mixed? One model of each family of timm and torchvision, its samples followed back.

python bench/batch_paths.py [--most-parameters 40e6]   writes results/batch-paths.md
"""

from __future__ import annotations

import argparse
import random
import time
import warnings
from pathlib import Path
from typing import Any

import timm
import torch
import torchvision

from traindx.recorder.batch_path import Followed, follow

BATCH, CLASSES = 4, 10
OUT = Path(__file__).parent / "results" / "batch-paths.md"


def families() -> list[str]:
    """A model of each of timm's modules, drawn, and torchvision's classifiers."""
    modules = {module: timm.list_models(module=module) for module in timm.list_modules()}
    chosen = [f"timm {random.Random(0).choice(names)}" for names in modules.values() if names]
    return chosen + [f"torchvision {name}" for name in torchvision.models.list_models(module=torchvision.models)]


def built(name: str) -> tuple[torch.nn.Module, int]:
    """A model with new weights, and the side of its pictures."""
    source, model = name.split()
    if source == "timm":
        made = timm.create_model(model, num_classes=CLASSES)
        return made, made.default_cfg.get("input_size", (3, 224, 224))[-1]
    return torchvision.models.get_model(model, weights=None, num_classes=CLASSES), 299 if "inception" in model else 224


def followed(name: str, most: float) -> tuple[Followed, int, float] | None:
    """How far the samples of a model were followed, of how many layers, in how many seconds; None for a model that is too large."""
    with torch.device("meta"):
        size = sum(p.numel() for p in built(name)[0].parameters())
    if size > most:
        return None
    model, side = built(name)
    made: Any = model.train()(torch.randn(BATCH, 3, side, side))
    made = getattr(made, "logits", made)
    made = made[0] if isinstance(made, (tuple, list)) else made
    begun = time.process_time()
    found = follow(made, BATCH)
    return found, sum(p.dim() > 1 for p in model.parameters()), time.process_time() - begun


def main() -> None:
    """Follow the samples of one model after the other and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most-parameters", type=float, default=40e6)
    most = parser.parse_args().most_parameters
    warnings.filterwarnings("ignore")
    rows, left, large = [], [], 0
    for name in families():
        try:
            found = followed(name, most)
        except Exception as error:  # one model that cannot be built here does not end the others
            left.append(f"{name}: {str(error).splitlines()[0][:100]}")
            continue
        if found is None:
            large += 1
            continue
        path, of, seconds = found
        rows.append((name, path.layers, of, "yes" if path.mixed else "no", seconds))
        print(*rows[-1], flush=True)
    wrong = [row for row in rows if row[3] == "yes"]
    judged = sum(2 * row[1] >= row[2] for row in rows)
    lines = [
        "# Samples followed through sound models\n",
        f"`python bench/batch_paths.py`: {len(rows)} models in training mode, batch {BATCH}, {CLASSES} classes, new weights. "
        f"Said to mix their samples: {len(wrong)}. Followed through at least half of the layers: {judged}.\n",
        "| model | layers followed | of | mixed | CPU seconds |\n| --- | --- | --- | --- | --- |",
        *(f"| {name} | {layers} | {of} | {mixed} | {seconds:.3f} |" for name, layers, of, mixed, seconds in rows),
        f"\nNot looked at: {large} models of over {most / 1e6:g} million parameters, and\n",
        *(f"- {reason}" for reason in left),
    ]
    OUT.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
