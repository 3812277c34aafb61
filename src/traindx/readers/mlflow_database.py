"""MLflow's database, mlflow.db of SQLite, where newer versions log to by default: tables runs, metrics, params.

Opened read-only, nothing is created beside it. https://mlflow.org/docs/latest/self-hosting/architecture/backend-store
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.setup import Setup
from traindx.errors import TraindxError
from traindx.readers.beside import plan_of
from traindx.readers.mlflow import Logged, rows_of_metrics
from traindx.readers.reader import Reader
from traindx.readers.table import as_shares
from traindx.readers.windows import by_validation

_NEWEST = "select run_uuid from metrics group by run_uuid order by max(timestamp) desc, run_uuid limit 1"
_METRICS = "select key, value, step, is_nan from metrics where run_uuid = ? order by key, step, timestamp"
_PARAMS = "select key, value from params where run_uuid = ?"


def read_database(path: Path) -> Facts | None:
    """`history` and `setup` of the run in it that was logged to last; None if the path is no such database.

    Raises `TraindxError` if it is one without a metric of training or validation.
    """
    file = path / "mlflow.db" if path.is_dir() else path
    if file.suffix.lower() not in (".db", ".sqlite", ".sqlite3") or not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            run, metrics, settings = _newest_run(database)
    except sqlite3.Error:
        return None
    rows, notes = by_validation(rows_of_metrics(metrics))
    rows, scaled = as_shares(rows)
    if not any(name.startswith(("train/", "val/", "metric/")) for row in rows for name in row):
        raise TraindxError(f"{file} holds no loss and no metric", "the run ended before it logged anything")
    history = history_of(
        rows, source=str(file), tool="MLflow", notes=[*notes, *scaled, f"run {run}"], **plan_of(settings)
    )
    return {"history": history, "setup": Setup((), str(file.parent), "pytorch", settings)}


MLFLOW_DATABASE = Reader("MLflow's database", "mlflow.db", read_database, 16)


def _newest_run(database: sqlite3.Connection) -> tuple[str, dict[str, list[Logged]], dict[str, object]]:
    newest = database.execute(_NEWEST).fetchone()
    run = "" if newest is None else str(newest[0])
    metrics: dict[str, list[Logged]] = {}
    for key, value, step, is_nan in database.execute(_METRICS, (run,)):
        metrics.setdefault(str(key), []).append((float("nan") if is_nan else float(value), float(step)))
    return run, metrics, {str(key): value for key, value in database.execute(_PARAMS, (run,))}
