"""SARIF: the structure that code scanning needs, the same fingerprints for the same faults."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.render import examples
from traindx.core.finding import Finding, Place
from traindx.core.report import Outcome, Report
from traindx.render.sarif import sarif


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads(sarif(report))
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def one(finding: Finding, **meta: str) -> dict[str, Any]:
    outcome = Outcome("D204", "n", "error", "failed", findings=(finding,))
    result = run_of(Report("faulty", (), (outcome,), meta))["results"][0]
    assert isinstance(result, dict)
    return result


def test_every_result_points_at_its_rule_and_a_file(tmp_path: Path) -> None:
    for report in examples.all_reports(tmp_path).values():
        run = run_of(report)
        rules = run["tool"]["driver"]["rules"]
        assert [rule["id"] for rule in rules] == [o.code for o in report.outcomes]
        assert len(run["results"]) == sum(1 for _ in report.findings())
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            assert result["level"] in ("error", "warning", "note")
            assert result["message"]["text"]
            assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_line_layer_and_setting_are_located() -> None:
    location = one(Finding(Place("a b/ä.txt", 4, layer="conv1", setting="lr"), "m"))["locations"][0]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/%C3%A4.txt"},
        "region": {"startLine": 4},
    }
    assert [(x["kind"], x["fullyQualifiedName"]) for x in location["logicalLocations"]] == [
        ("layer", "conv1"),
        ("setting", "lr"),
    ]


def test_an_absolute_path_is_a_file_address() -> None:
    for path, uri in (("/data/a.txt", "file:///data/a.txt"), ("C:\\data\\a.txt", "file:///C%3A/data/a.txt")):
        assert one(Finding(Place(path), "m"))["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_dataset_file_is_found_from_the_working_directory() -> None:
    result = one(Finding(Place("labels/a.txt", 1), "m"), root="data/cells")
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "data/cells/labels/a.txt"


def test_a_file_below_the_working_directory_is_named_relative_to_it() -> None:
    root = Path.cwd() / "data" / "cells"
    for finding, more in (
        (Finding(Place("labels/a.txt", 1), "m"), {"root": str(root)}),
        (Finding(Place(str(root / "labels/a.txt")), "m"), {}),
    ):
        uri = one(finding, **more)["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == "data/cells/labels/a.txt"


def test_a_finding_without_a_file_is_put_at_what_was_examined() -> None:
    result = one(Finding(Place(step=3), "m"), run="runs/a")
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "runs/a"}}}]


def test_fingerprints_outlive_a_moved_line_and_tell_equal_findings_apart() -> None:
    finding = Finding(Place("a.txt", 4), "m")
    assert (
        one(finding)["partialFingerprints"]
        == one(replace(finding, place=Place("a.txt", 9)))["partialFingerprints"]
        != one(replace(finding, message="n"))["partialFingerprints"]
    )
    results = run_of(examples.many(3000))["results"]
    assert len({r["partialFingerprints"]["traindx/v1"] for r in results}) == len(results)


def test_a_crashed_check_is_a_notification() -> None:
    (note,) = run_of(examples.unclear())["invocations"][0]["toolExecutionNotifications"]
    assert note["associatedRule"]["id"] == "V101" and "ValueError" in note["message"]["text"]
