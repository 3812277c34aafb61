"""The report and its JSON form agree with each other and with the schema that the package ships."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from tests.render import examples
from traindx.core.finding import Finding, Measured, Place
from traindx.core.report import Outcome, Report

SCHEMA = json.loads((files("traindx.core") / "report.schema.json").read_text(encoding="utf-8"))


def validator() -> Draft202012Validator:
    return Draft202012Validator(SCHEMA)


def test_the_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_example_fits_the_schema(tmp_path: Path) -> None:
    for name, report in examples.all_reports(tmp_path).items():
        if name != "hostile":  # its cause is no slug on purpose
            errors = [e.message for e in validator().iter_errors(report.to_json())]
            assert not errors, (name, errors)


def test_every_example_survives_the_way_through_json(tmp_path: Path) -> None:
    for name, report in examples.all_reports(tmp_path).items():
        text = json.dumps(report.to_json(), allow_nan=False)
        again = Report.from_json(json.loads(text))
        assert again.to_json() == report.to_json(), name


def test_a_report_with_every_field_is_the_same_after_json(tmp_path: Path) -> None:
    report = examples.everything(examples.cells(tmp_path))
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def remove(*path: str | int) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        for key in path[:-1]:
            data = data[key]
        del data[path[-1]]

    return change


def put(value: Any, *path: str | int) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        put(2, "schema"),
        put("broken", "verdict"),
        put(1, "extra"),
        remove("meta"),
        put("One Based", "diagnoses", 0, "cause"),
        put(1.2, "diagnoses", 0, "probability"),
        put("likely", "diagnoses", 0, "status"),
        put({"file": "a"}, "diagnoses", 0, "places", 0),
        put(0, "diagnoses", 0, "places", 0, "line"),
        remove("diagnoses", 0, "fix", "command"),
        put("E", "outcomes", 0, "code"),
        put([], "outcomes", 0, "findings"),
        remove("outcomes", 0, "findings", 0, "evidence", 0, "log_y"),
        put("drawing", "outcomes", 0, "findings", 0, "evidence", 0, "type"),
        put("infinite", "outcomes", 0, "findings", 0, "evidence", 0, "lines", 0, "y", 0),
        put("yes", "diagnoses", 0, "trial", "arms", 0, "symptom"),
    ],
)
def test_the_schema_refuses_what_the_contract_does_not_know(change: Callable[[Any], None]) -> None:
    data = examples.lr_too_high().to_json()
    assert validator().is_valid(data)
    change(data)
    assert not validator().is_valid(data)


def test_numpy_numbers_become_plain_ones() -> None:
    finding = Finding(Place("a.txt", int(np.int64(3))), "m", (Measured("x", np.float32(0.5)),))  # type: ignore[arg-type]
    outcome = Outcome("D204", "n", "error", "failed", findings=(finding,))
    data = Report("faulty", (), (outcome,), {"sizes": np.array([1, 2]), "share": np.float64("nan")}).to_json()
    assert validator().is_valid(data)
    assert data["meta"] == {"sizes": [1, 2], "share": "nan"}


def test_another_schema_is_refused_by_its_number() -> None:
    with pytest.raises(ValueError, match="report schema 2, expected 1"):
        Report.from_json({**examples.healthy().to_json(), "schema": 2})


def test_errors_and_a_faulty_verdict_give_exit_status_one(tmp_path: Path) -> None:
    assert examples.dataset(examples.cells(tmp_path)).exit_status == 1
    assert examples.healthy().exit_status == 0
    assert examples.unclear().exit_status == 0
