"""MLflow's file store: mlruns/EXPERIMENT/RUN/metrics/NAME, a line `timestamp value step` for each value.

Slashes in a metric's name are folders. params/NAME holds a setting each. https://mlflow.org/docs/latest/tracking
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.number import number_of
from traindx.core.setup import Setup
from traindx.errors import TraindxError
from traindx.readers import names, ultralytics
from traindx.readers.beside import plan_of
from traindx.readers.reader import Reader
from traindx.readers.table import Row, as_shares
from traindx.readers.windows import by_validation

Logged: TypeAlias = tuple[float, float]
"""A value and its step."""


def read_store(path: Path) -> Facts | None:
    """`history` and `setup` of a run's folder; of a store or an experiment, of the run in it that was logged to last.

    None if the path is none of these. Raises `TraindxError` if it is one without a metric of training or validation.
    """
    run = _run_in(path)
    if run is None:
        return None
    rows, notes = by_validation(rows_of_metrics(_metrics(run / "metrics")))
    rows, scaled = as_shares(rows)
    if not any(name.startswith(("train/", "val/", "metric/")) for row in rows for name in row):
        raise TraindxError(f"{run / 'metrics'} holds no loss and no metric", "the run ended before it logged anything")
    settings = _parameters(run / "params")
    history = history_of(rows, source=str(run), tool="MLflow", notes=[*notes, *scaled], **plan_of(settings))
    return {"history": history, "setup": Setup((), str(run), "pytorch", settings)}


MLFLOW = Reader("MLflow", "a run's folder of a file store, with metrics/ and params/", read_store, 15)


def _run_in(path: Path) -> Path | None:
    if not path.is_dir():
        return None
    if (path / "metrics").is_dir() and (path / "meta.yaml").is_file():
        return path
    metas = [m for pattern in ("*/meta.yaml", "*/*/meta.yaml") for m in path.glob(pattern)]
    found = [m.parent for m in metas if any((m.parent / "metrics").glob("*"))]
    newest = {run: max(f.stat().st_mtime for f in (run / "metrics").rglob("*")) for run in found}
    return max(newest, key=lambda run: (newest[run], str(run)), default=None)


def rows_of_metrics(metrics: Mapping[str, Sequence[Logged]]) -> list[Row]:
    """Rows by step of what was logged under each name: value and step."""
    steps: dict[float, Row] = {}
    tested = names.tests_in_place_of_validation(metrics)
    for name, logged in metrics.items():
        own = tested[name] if name in tested and len(logged) > 1 else names.split_first(name)
        known = "epoch" if name == "epoch" else ultralytics.meaning(name) or names.meaning(own)
        if known is None or known == "seconds":
            continue
        for value, step in logged:
            steps.setdefault(step, {"step": step})[known] = value
    return [steps[step] for step in sorted(steps)]


def _metrics(folder: Path) -> dict[str, list[Logged]]:
    files = {f.relative_to(folder).as_posix(): f for f in sorted(folder.rglob("*")) if f.is_file()}
    return {name: list(_logged(file)) for name, file in files.items()}


def _logged(file: Path) -> Iterator[Logged]:
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        cells = line.split()
        value, step = (number_of(cells[1]), number_of(cells[2])) if len(cells) >= 3 else (None, None)
        if value is not None and step is not None:
            yield value, step


def _parameters(folder: Path) -> dict[str, object]:
    files = [p for p in folder.glob("*") if p.is_file()] if folder.is_dir() else []
    return {p.name: p.read_text(encoding="utf-8", errors="replace").strip() for p in files}
