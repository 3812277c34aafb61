"""Planted faults: a part of the benchmark that runs in seconds, and the benchmark's own scoring."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.planted.answer import Answer, Said, append, load, remember, truths
from bench.planted.catalogue import CLEAN, FAULTS, Case
from bench.planted.layouts import coco, plain_yolo, rows, splits_of
from bench.planted.peers import PEERS, SCRIPTS
from bench.planted.run import answer_of, ask_traindx
from bench.planted.score import alarm, score
from bench.planted.truth import Source, Truth, Where

FAST = {
    "f01-class-99": "some",
    "f06b-pixel-files": "all",
    "f13-corners": "all",
    "f18-utf-16": "one",
    "f34-case": "one",
    "n01-one-based": "one",
    "i02-zeroed": "one",
    "i05-html": "one",
    "i19-leak-exact": "some",
    "y09-val-does-not-exist": "one",
    "c06-unknown-category": "one",
    "v01-corners-swapped": "one",
    "l11-cut": "one",
}
"""Faults with the dose of each: one of every kind and format, and none whose answer is in doubt."""

FAST_CLEAN = (
    "clean-yolo-plain",
    "clean-yolo-roboflow",
    "clean-yolo-exif-labels-turned",
    "clean-coco-odd",
    "clean-voc-odd",
    "clean-folders-numbers",
    "clean-layout-clips-restarted",
    "clean-layout-patients-of-sites",
    "clean-content-parents",
    "clean-task-spectral-tiff",
    "clean-entry-coco-same-name",
    "clean-class-folders-anomalies",
)

by_name = {fault.name: fault for fault in FAULTS}
clean_by_name = {clean.name: clean for clean in CLEAN}


@pytest.mark.parametrize("name", FAST)
def test_a_planted_fault_is_named_at_its_place(name: str) -> None:
    truth, answer = answer_of(Case(by_name[name], FAST[name], 5), ask_traindx)
    assert truth is not None
    result = score(truth, answer)
    assert result.named, (truth.causes, answer.named, answer.refused)
    assert result.files is None or result.files >= 0.9, (truth.places, answer.said)


@pytest.mark.parametrize("name", FAST_CLEAN)
def test_a_clean_set_is_not_called_faulty(name: str) -> None:
    _, answer = answer_of(Case(clean_by_name[name], "clean", 5), ask_traindx)
    heard = alarm(answer)
    assert (heard.faulty, heard.errors, heard.named, heard.refused) == (False, (), (), "")


def test_there_are_at_least_98_faults_and_20_clean_sets_and_no_name_twice() -> None:
    names = [entry.name for entry in (*FAULTS, *CLEAN)]
    assert len(set(names)) == len(names)
    families = {family: sum(f.family == family for f in FAULTS) for family in {f.family for f in FAULTS}}
    assert families["label rows"] + families["label files"] >= 35 and families["coco json"] >= 30
    assert families["pictures"] + families["sets"] >= 33 and len(CLEAN) >= 20


def test_the_same_seed_draws_the_same_set_and_another_seed_another(tmp_path: Path) -> None:
    drawn = []
    for i, seed in enumerate((1, 1, 2)):
        made = plain_yolo(tmp_path / str(i), Source(seed))
        drawn.append({p.name: p.read_bytes() for p in sorted((made.root / "images/train").iterdir())})
    assert drawn[0] == drawn[1] and not drawn[0].keys() & drawn[2].keys()


def test_a_box_lies_tightly_around_what_is_drawn() -> None:
    shot = Source(3).shots(4)[2]
    for thing, row in zip(shot.things, rows(shot), strict=True):
        kind, x, _, w, _ = map(float, row.split())
        assert (kind, round((x - w / 2) * 320)) == (thing.kind, thing.x0)


def test_the_line_of_an_entry_is_where_the_json_has_it(tmp_path: Path) -> None:
    made = coco(tmp_path, splits_of(Source(0), train=4, val=2))
    entry = made.documents["train"]["annotations"][3]
    line = made.line_of(entry)
    made.save()
    text = (tmp_path / made.json_path()).read_text().splitlines()[line - 1]
    assert json.loads(text.rstrip(",")) == entry


def heard(*said: Said, **more: object) -> Answer:
    """An answer with these findings."""
    return Answer("t", "c", "1", 0.1, said, **more)  # type: ignore[arg-type]


def finding(path: str, line: int | None, *causes: str, message: str = "m") -> Said:
    """A finding at a place."""
    return Said(path, line, "", "error", causes, message)


TRUTH = Truth(("tiny-objects",), (Where("a.txt", 2, "a.jpg"), Where("b.txt", 1, "b.jpg")))


def test_a_finding_under_another_cause_surfaces_a_fault_and_does_not_find_it() -> None:
    result = score(TRUTH, heard(finding("a.txt", 2, "label-noise")))
    assert (result.found, result.surfaced, result.files) == (False, True, 0.0)


def test_files_and_lines_are_shares_of_the_places() -> None:
    result = score(TRUTH, heard(finding("a.txt", 2, "tiny-objects"), finding("b.txt", 9, "tiny-objects")))
    assert (result.found, result.named, result.files, result.lines) == (True, False, 1.0, 0.5)


def test_a_cause_named_without_a_place_finds_the_fault_and_others_are_told_beside() -> None:
    result = score(TRUTH, heard(named=("corrupt-images", "tiny-objects"), faulty=True))
    assert (result.found, result.raised, result.beside) == (True, True, ("corrupt-images",))


def test_a_refusal_counts_where_it_names_the_file() -> None:
    assert score(TRUTH, heard(refused="cannot read /tmp/x/a.jpg")).found
    assert not score(TRUTH, heard(refused="cannot read /tmp/x/c.jpg")).surfaced


def test_what_is_legal_has_only_to_be_counted() -> None:
    legal = Truth(("too-many-backgrounds",), (Where("a.txt"),), "count")
    assert score(legal, heard(backgrounds=1)).found and not score(legal, heard()).found


def test_answers_and_truths_are_kept_and_a_cut_line_is_left_out(tmp_path: Path) -> None:
    answer = heard(finding("a.txt", 2, "tiny-objects"), named=("x",))
    append(tmp_path / "answers.jsonl", answer)
    remember(tmp_path / "truths.jsonl", "c", TRUTH)
    for name in ("answers", "truths"):
        with (tmp_path / f"{name}.jsonl").open("a") as file:
            file.write('{"tool": "t", "ca')
    assert load(tmp_path / "answers.jsonl") == {("t", "c"): answer}
    assert truths(tmp_path / "truths.jsonl") == {"c": TRUTH}


def test_every_peer_has_its_script() -> None:
    assert {f"ask_{tool}" for tool in PEERS} == {p.stem for p in SCRIPTS.glob("ask_*.py")}
