"""`traindx compare`, and `traindx check --predictions`, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.scan.drawn import dataset, tree_hash, write
from traindx.cli.app import program, status_of
from traindx.core.report import Report

ROW = "{} {} 0.5 0.2 0.3\n"


def two_sets(tmp_path: Path) -> tuple[Path, Path]:
    """Eight pictures annotated twice: B lacks a box, has one of another class and one elsewhere."""
    a = {f"train/{i}": ROW.format(i % 2, 0.3) + ROW.format(1, 0.7) for i in range(7)} | {"val/9": ROW.format(0, 0.5)}
    b = {**a, "train/0": ROW.format(1, 0.7), "train/1": ROW.format(0, 0.3) + ROW.format(1, 0.7)}
    b["train/2"] = ROW.format(0, 0.3) + ROW.format(1, 0.82)
    names = "path: .\ntrain: images/train\nval: images/val\nnames: [A, B]\n"
    return dataset(tmp_path / "a", a), dataset(tmp_path / "b", b, settings=names)


def run(*words: str) -> Result:
    return CliRunner().invoke(program, list(words))


def test_every_disagreement_has_its_lines_in_both(tmp_path: Path) -> None:
    a, b = two_sets(tmp_path)
    before = tree_hash(tmp_path)
    out = tmp_path.parent / f"{tmp_path.name}.json"
    assert status_of(["compare", str(a), str(b), "format=json", f"output={out}"]) == 0
    report = Report.from_json(json.loads(out.read_text()))
    found = {(o.code, str(f.place), f.message) for o, f in report.findings()}
    assert {code for code, _, _ in found} == {"D515", "D516", "D517"}
    assert ("D516", "labels/train/1.txt:1", "b in A, A in B (IoU 1.00); B: labels/train/1.txt:1") in found
    assert any(code == "D515" and place == "labels/train/0.txt:1" for code, place, _ in found)
    assert any(code == "D517" and "B: labels/train/2.txt:2" in message for code, _, message in found)
    assert report.verdict == "healthy" and "F1" in report.sentence and report.diagnoses[0].cause == "label-noise"
    drawn = [e for _, f in report.findings() for e in f.evidence if hasattr(e, "boxes")]
    assert {box.label[:2] for picture in drawn for box in picture.boxes} >= {"A:", "B:", "A+"}
    assert tree_hash(tmp_path) == before


@pytest.mark.parametrize("kind", ["text", "html", "markdown", "sarif", "junit", "github"])
def test_every_format_shows_a_comparison(tmp_path: Path, kind: str) -> None:
    a, b = two_sets(tmp_path)
    out = tmp_path / f"report.{kind}"
    assert status_of(["compare", str(a), str(b), "--quick", "--format", kind, "--output", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert len(text) > 200 and "labels/train/1.txt" in text


def test_the_exit_status_follows_the_least_agreement_that_is_asked_for(tmp_path: Path) -> None:
    a, b = map(str, two_sets(tmp_path))
    assert run("compare", a, b, "--quick").return_value == 0 or run("compare", a, b, "--quick").exit_code == 0
    assert status_of(["compare", a, b, "--quick", "--least", "0.99"]) == 1
    assert status_of(["compare", a, b, "--quick", "--least", "0.5"]) == 0


def test_sets_of_other_pictures_cannot_be_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, _ = two_sets(tmp_path)
    other = dataset(tmp_path / "c", {"train/other": "0 0.5 0.5 0.2 0.2\n", "val/another": ""})
    assert status_of(["compare", str(a), str(other), "--no-images"]) == 2
    assert "no picture" in capsys.readouterr().err


def test_class_folders_are_compared_by_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.scan.drawn import jpeg

    for folder, moved in (("a", -1), ("b", 3)):
        for i in range(12):
            kind = ("cat", "dog")[(i % 2) ^ (i == moved)]
            write(tmp_path / folder / "train" / kind / f"{i}.jpg", jpeg(i))
            write(tmp_path / folder / "val" / ("cat", "dog")[i % 2] / f"v{i}.jpg", jpeg(100 + i))
    assert status_of(["compare", str(tmp_path / "a"), str(tmp_path / "b"), "-v"]) == 0
    shown = capsys.readouterr().out
    assert "dog in A, cat in B" in shown and "0.958" in shown


def test_predictions_judge_the_labels(tmp_path: Path) -> None:
    labels = {f"train/{i}": ROW.format(i % 2, 0.25) + ROW.format(1, 0.6) for i in range(40)} | {"val/v": ""}
    labels["train/5"] = ROW.format(1, 0.6)
    data = dataset(tmp_path / "set", labels)
    entries = [
        {"image_id": str(i), "category_id": c + 1, "bbox": [x * 160 - 17, 42, 33, 35], "score": 0.8 + 0.004 * i}
        for i in range(40)
        for c, x in ((i % 2, 0.25), (1, 0.6))
    ]
    file = write(tmp_path / "p.json", json.dumps(entries))
    out = tmp_path / "report.json"
    words = ["check", str(data), "--select", "D5", "-f", "json", "-o", str(out), "--predictions", str(file)]
    assert status_of(words) == 0
    report = Report.from_json(json.loads(out.read_text()))
    found = [(o.code, f.place.image) for o, f in report.findings("warning")]
    assert found == [("D508", "images/train/5.jpg")]
    assert next(d for d in report.diagnoses if d.cause == "label-noise").status == "consistent"


def test_predictions_of_other_pictures_are_an_error(tmp_path: Path) -> None:
    data = dataset(tmp_path / "set", {"train/a": ROW.format(0, 0.5), "val/b": ROW.format(0, 0.5)})
    entry = {"image_id": "x", "category_id": 0, "bbox": [1, 2, 3, 4], "score": 0.5}
    file = write(tmp_path / "p.json", json.dumps([entry]))
    out = tmp_path / "report.json"
    assert status_of(["check", str(data), "--predictions", str(file), "-f", "json", "-o", str(out)]) == 1
    report = Report.from_json(json.loads(out.read_text()))
    assert next(d for d in report.diagnoses if d.cause == "evaluator-mismatch").status == "proved"


def test_two_runs_are_compared_and_the_worse_is_judged(tmp_path: Path) -> None:
    """A log that learned, and one whose loss left the range; a run and a dataset are no pair."""
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(
        "epoch,train_loss,val_loss\n" + "".join(f"{e},{2 / (e + 1):.4f},{2.1 / (e + 1):.4f}\n" for e in range(20))
    )
    bad.write_text(
        "epoch,train_loss,val_loss\n" + "".join(f"{e},{2 + e * 3:.4f},{2.1 + e * 4:.4f}\n" for e in range(20))
    )
    out = tmp_path / "report.json"
    status_of(["compare", str(bad), str(good), "--format", "json", "--output", str(out)])
    report = Report.from_json(json.loads(out.read_text()))
    assert report.sentence.startswith("A came less far than B: best validation loss") and report.meta["judged"] == str(
        bad
    )
    for kind in ("text", "html", "markdown"):
        shown = tmp_path / f"report.{kind}"
        status_of(["compare", str(good), str(bad), "--format", kind, "--output", str(shown)])
        assert "What both came to" in shown.read_text() or kind == "markdown"
    assert status_of(["compare", str(good), str(two_sets(tmp_path)[0])]) == 2
