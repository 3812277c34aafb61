"""Facts in, report out: runs the checks over what was measured and lets the causes explain their outcomes."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import traindx
from traindx.core.check import Facts
from traindx.core.report import Report
from traindx.core.setup import Setup
from traindx.errors import TraindxError, UnreadableError

if TYPE_CHECKING:
    from traindx.core.recording import Recording
    from traindx.scan import ScanOptions

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of pictures done and to do."""

FEW_SECONDS = 60.0
"""How long a network is trained on a few samples at most."""

TWIN_SECONDS = 90.0
"""How long the twins of a network are to take, about; of a large network they take longer."""


def judge(
    facts: Facts,
    *,
    select: Sequence[str] = (),
    ignore: Mapping[str, str] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    meta: Mapping[str, Any] | None = None,
) -> Report:
    """Run every check on the facts that are there (`dataset`, `recording`, `setup`, `history`) and explain the outcomes."""
    from traindx.causes import all_causes  # 160 files, which a report that was kept does without
    from traindx.checks import all_checks
    from traindx.core.overview import overview
    from traindx.core.recipe import settings_overview
    from traindx.core.runner import run_checks
    from traindx.core.seen_batches import what_the_model_sees
    from traindx.diagnosis import explain
    from traindx.repair.advice import with_fixes

    outcomes = run_checks(all_checks(), facts, select=select, ignore=ignore, options=options)
    about: dict[str, Any] = {"traindx": traindx.__version__, "python": platform.python_version(), **(meta or {})}
    dataset = facts.get("dataset")
    if dataset is not None:
        outcomes, fixes = with_fixes(outcomes, dataset, str(about.get("data", dataset.source)))
        about |= {"fixes": fixes} if fixes else {}
    report = explain(outcomes, all_causes(), facts, meta=about)
    shown = overview(dataset) if dataset is not None else ()
    shown += settings_overview(facts["setup"]) if "setup" in facts else ()
    recording, network = facts.get("recording"), facts.get("network")
    if network is not None:
        from traindx.core.memory_overview import memory_overview
        from traindx.core.network_overview import network_overview

        shown += network_overview(network) + memory_overview(network, facts.get("machine"))
        if "tryouts" in facts:
            from traindx.core.tryout_words import tryouts_overview

            shown += tryouts_overview(facts["tryouts"])
    if "augmentation" in facts:
        from traindx.core.augmentation_overview import augmentation_overview

        shown += augmentation_overview(facts["augmentation"])
    if set(facts) == {"checkpoint"}:
        from traindx.core.checkpoint_overview import checkpoint_overview

        shown += checkpoint_overview(facts["checkpoint"])
    return replace(report, overview=shown + (what_the_model_sees(recording) if recording is not None else ()))


def check(
    data: str | Path,
    *,
    scanning: ScanOptions | None = None,
    settings: Mapping[str, Any] | None = None,
    configured: str | None = None,
    predictions: str | Path | None = None,
    model: str | Path | None = None,
    augment: str | None = None,
    augment_val: str | None = None,
    few_samples: bool = False,
    twins: bool = False,
    weights: str | Path | None = None,
    label_noise: bool = False,
    progress: Progress | None = None,
    **judging: Any,
) -> Report:
    """Examine the dataset at `data` (a data.yaml, a COCO json, or a dataset's folder). Raises `TraindxError` if it is none.

    `scanning` says how to scan; `settings` are those of the training to come (`imgsz`, `batch`, ...), as far as known;
    `configured` names the file, folder or command in which they stand besides.
    `predictions` is a file or folder of a model's predictions for these pictures, which then judge the labels;
    `model` names the network to come (a yaml, `timm:resnet18`, `models.py:build`, ...), which is built in a process of its own and
    examined against the data, or a checkpoint, which is read and not loaded: its class names are compared with the dataset's.
    `few_samples` trains the classifier that `model` names on sixteen pictures, for `FEW_SECONDS` at most.
    `twins` does a step on labelled pictures again with one thing changed, for `TWIN_SECONDS`, with `weights` of a file if named,
    and with `augment` if that is named too.
    `augment` names the training's own augmentation (`train.py:transform`, `ultralytics:hyp.yaml`), which is run on samples in a
    process of its own, and `augment_val` that of validation.
    `label_noise` looks at every object once more, for labels that objects of the same look do not have.
    """
    from traindx.inspect.checkpoint import is_checkpoint, read_checkpoint
    from traindx.inspect.setup import setup_beside
    from traindx.scan import known_as, scan
    from traindx.scan.box_fit import with_box_fit
    from traindx.scan.crops import with_crops_of_few
    from traindx.scan.kept_report import kept_or_made

    if is_checkpoint(data):
        return judge({"checkpoint": read_checkpoint(data)}, meta={"data": str(data)}, **judging)
    dataset = scan(data, scanning, progress=progress)
    facts: dict[str, Any] = {}
    told: dict[str, Any] = {}
    setup, settings = setup_beside(configured, settings or {}, Path.cwd())
    if model is not None:
        from traindx.inspect.modelled import with_model

        asked = {**settings, **({"few": FEW_SECONDS} if few_samples else {})}
        more = {"weights": str(weights) if weights else "", "augment": augment or ""}
        asked |= {"twins": TWIN_SECONDS, **{name: value for name, value in more.items() if value}} if twins else {}
        dataset, facts, told = with_model(dataset, str(model), asked)
        facts |= {"checkpoint": read_checkpoint(model)} if is_checkpoint(model) else {}
    if augment is not None:
        from traindx.inspect.augmentation import audit

        told["augment"] = augment
        try:
            facts["augmentation"] = audit(augment, dataset, augment_val, settings.get("imgsz"))
        except TraindxError as problem:
            told["augment_error"] = str(problem)
    meta: dict[str, Any] = {"data": str(data), "root": dataset.root, "pictures": len(dataset.images)}
    meta |= {"boxes": len(dataset.boxes), "format": dataset.format, "seconds": 0.0, **told}
    meta |= {"settings": configured} if configured else {}
    facts |= {"dataset": dataset, **({"setup": setup} if setup is not None else {})}
    if predictions is not None:
        from traindx.scan.predictions import read_predictions

        facts["predictions"] = read_predictions(predictions, dataset)
    if label_noise:
        from traindx.scan.crops import look_at_objects

        workers = scanning.workers if scanning is not None else None
        facts["crops"] = look_at_objects(dataset, workers=workers, progress=progress)
    worthwhile = dataset.depth == "full" and (scanning is None or scanning.cache)
    report = kept_or_made(
        known_as(data) if worthwhile else "",
        facts,
        {"meta": meta, **judging},
        lambda: judge(with_crops_of_few(with_box_fit(facts)), meta=meta, **judging),
    )
    return replace(report, meta={**report.meta, "seconds": round(dataset.seconds, 2)})


def refused(data: str | Path, error: TraindxError, **judging: Any) -> Report:
    """The report on a dataset that cannot be examined: of a broken description the finding, of anything else the reason."""
    meta: dict[str, Any] = {"data": str(data), "error": {"seen": error.seen, "why": error.why, "hint": error.hint}}
    if not isinstance(error, UnreadableError) or "://" in str(data):
        return Report("unclear", (), (), {**meta, "sentence": f"Unclear: {error}"})
    from traindx.scan.unreadable import unread

    dataset = unread(Path(data), error)
    judging |= {"select": ("D234",) if dataset.format == "coco" else ("D426",)}  # of the rest nothing was seen
    report = judge({"dataset": dataset}, meta={**meta, "root": dataset.root}, **judging)
    return replace(report, overview=())


def diagnose(
    run: str | Path,
    *,
    at: str | None = None,
    complaint: str | None = None,
    progress: Progress | None = None,
    **judging: Any,
) -> Report:
    """Diagnose a recording's folder, or a run folder that another tool left behind.

    The dataset that the recorded command names is examined as well. The overview begins with what was asked for: what changed
    `at` a moment (`core.moment`), the work-up of a `complaint` (`core.complaint`). Raises `TraindxError` if there is nothing to
    read, or no such moment.
    """
    from traindx.core.complaint import complaint_of, work_up
    from traindx.core.moment import what_happened

    facts, meta = facts_of(run, progress=progress)
    asked = [what_happened(facts, at)] if at else []
    report = judge(facts, meta=meta, **judging)
    if complaint:
        asked.append(work_up(complaint_of(complaint), report.diagnoses, report.outcomes))
    return replace(report, overview=(*asked, *report.overview))


def facts_of(
    run: str | Path, *, progress: Progress | None = None, dataset: bool = True
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts that a run left behind, and what the report says about it in `meta`. Without `dataset` none is examined."""
    folder = Path(run)
    if not any(folder.glob("rank-*.jsonl")) and not (folder / "run.json").exists():
        from traindx.readers import read

        return dict(read(folder)), {"run": str(run)}
    return _recorded(folder, progress, dataset)


def _recorded(folder: Path, progress: Progress | None, dataset: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    import json

    from traindx.core.recording import Recording
    from traindx.core.replay import read_replay
    from traindx.core.trainings import last_training
    from traindx.inspect.setup import setup_of
    from traindx.inspect.told import with_told

    facts: dict[str, Any] = {}
    run_file = folder / "run.json"
    run = json.loads(run_file.read_text()) if run_file.exists() else {}
    if any(folder.glob("rank-*.jsonl")):
        whole = Recording.load(folder)
        facts["recording"] = last_training(whole)
    again = read_replay(folder)
    if again is not None:
        facts["replay"] = again
    meta: dict[str, Any] = {"run": str(folder)}
    if run.get("treatments"):
        meta["treatments"] = [treatment["because"] for treatment in run["treatments"]]
    if run.get("command"):
        setup = setup_of(run["command"], run.get("cwd", "."))
        setup = with_told(setup, facts["recording"]) if "recording" in facts else setup
        facts["setup"] = setup
        meta |= {"command": run["command"], "command_exit": run.get("exit_status")}
        facts |= _machine_in(folder)
        facts |= _dataset_of(setup, meta, progress) if dataset else {}
        facts |= _history_of(setup, run, meta)
    recording = facts.get("recording")
    if recording is not None:
        facts |= {} if "history" in facts else _history_in(recording)
        meta["ended"] = recording.ending
        meta["steps"] = int(recording.step[-1]) + 1 if len(recording.step) else 0
        if len(whole.step) > len(recording.step):
            meta["earlier_training"] = f"of another network, up to step {int(recording.step[0]) - 1}: not judged"
    return facts, meta


def _machine_in(folder: Path) -> dict[str, Any]:
    """The machine as it was before the command began, where it was looked at."""
    import json
    from contextlib import suppress

    from traindx.core.machine import Machine

    with suppress(OSError, ValueError, TypeError, KeyError):
        return {"machine": Machine.from_json(json.loads((folder / "machine.json").read_text(encoding="utf-8")))}
    return {}


def _dataset_of(setup: Setup, meta: dict[str, Any], progress: Progress | None) -> dict[str, Any]:
    """The dataset that the command names, if it can be read; the first one when there are several."""
    from traindx.scan import ScanOptions, scan

    for path in setup.datasets:
        try:
            dataset = scan(path, ScanOptions(started=Path(setup.cwd)), progress=progress)
        except TraindxError as error:
            meta["dataset_error"] = str(error)
            continue
        meta |= {"data": path, "root": dataset.root}
        return {"dataset": dataset}
    return {}


def _history_in(recording: Recording) -> dict[str, Any]:
    """The history that the recording itself holds."""
    from traindx.readers.recorded import history_in

    history = history_in(recording)
    return {} if history is None else {"history": history}


def _history_of(setup: Setup, run: Mapping[str, Any], meta: dict[str, Any]) -> dict[str, Any]:
    """The log that the framework itself wrote during this run: the newest results.csv below its project folder."""
    from traindx.readers import read

    if setup.framework != "ultralytics":
        return {}
    home = Path(setup.cwd) / str(setup.settings.get("project", "runs"))
    logs = [(p.stat().st_mtime, p) for p in home.glob("**/results.csv")] if home.is_dir() else []
    written = [(time, p) for time, p in logs if time >= float(run.get("started") or 0)]
    if not written:
        return {}
    meta["log"] = str(max(written)[1])
    return {"history": read(max(written)[1])["history"]}
