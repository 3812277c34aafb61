"""What timm's reference script logs of each epoch: `update_summary`."""

from __future__ import annotations

from typing import Any

from traindx.recorder.probe import Arguments, Named, Patch, Probe

ORDER = ("epoch", "train_metrics", "eval_metrics", "filename", "lr")


class MetricsTimm(Probe):
    """Writes `metric` lines, named as the columns of summary.csv (`train_loss`, `eval_top1`); epochs count from 0."""

    patches = (Patch("timm.utils.summary", "update_summary", before="summed_up"),)

    def summed_up(self, arguments: Arguments, named: Named) -> None:
        """A row of summary.csv is about to be written."""
        given: dict[str, Any] = {**dict(zip(ORDER, arguments, strict=False)), **named}
        values: dict[str, Any] = {}
        for group in ("train", "eval"):
            values |= {f"{group}_{name}": value for name, value in (given.get(f"{group}_metrics") or {}).items()}
        values["lr"] = given.get("lr")
        self.seen.logged.metrics(values, "timm", epoch=given.get("epoch"))
