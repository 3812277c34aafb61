"""What every check and every cause must hold, whoever wrote it."""

from __future__ import annotations

import inspect
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from traindx.causes import all_causes
from traindx.checks import all_checks
from traindx.core import data_treatments, model_treatments, step_treatments, treatment
from traindx.core.cause import Cause
from traindx.core.check import Check
from traindx.core.finding import Finding
from traindx.core.treatment import Treatment

ROOT = Path(__file__).parent.parent
FACTS = {
    "dataset",
    "recording",
    "setup",
    "history",
    "predictions",
    "crops",
    "box_fit",
    "agreement",
    "tryouts",
    "replay",
    "machine",
    "checkpoint",
    "augmentation",
    "network",
}
FAMILIES = {
    "pictures": "D1",
    "labels": "D2",
    "entries": "D2",
    "splits": "D3",
    "sizes": "D3",
    "layout": "D4",
    "annotations": "D5",
    "setup": "S",
    "checkpoint": "S2",
    "model": "M",
    "network": "M2",
    "errors": "T0",
    "batches": "B",
    "twins": "B2",
    "training": "T",
    "validation": "V",
    "throughput": "P",
    "resources": "P[12]",
    "ranks": "R",
}

each_check = pytest.mark.parametrize("check", all_checks(), ids=lambda c: c.code)
each_cause = pytest.mark.parametrize("cause", all_causes(), ids=lambda c: c.slug)


def slugs() -> set[str]:
    """The words for causes, as the documentation fixes them."""
    lines = (ROOT / "docs" / "slugs.txt").read_text(encoding="utf-8").splitlines()
    return {line.split("\t")[0] for line in lines if line and not line.startswith("#")}


def findings(check: Check, facts: object) -> list[Finding]:
    """What a check finds on the facts of an example."""
    assert isinstance(facts, dict)
    return [item for item in check(facts) if isinstance(item, Finding)]


def test_there_are_checks_and_causes() -> None:
    assert all_checks() and all_causes()


@each_check
def test_a_check_fires_on_its_examples(check: Check) -> None:
    assert check.fires, f"{check.code} has no example on which it fires"
    for example in check.fires:
        assert findings(check, example()), f"{check.code} finds nothing on {example.__name__}"


@each_check
def test_a_check_stays_quiet_on_its_examples(check: Check) -> None:
    assert check.quiet, f"{check.code} has no example on which it stays quiet"
    for example in check.quiet:
        found = findings(check, example())
        assert not found, f"{check.code} on {example.__name__}: {found[0].message if found else ''}"


@each_check
def test_the_examples_of_a_check_hold_facts_alone(check: Check) -> None:
    for example in (*check.fires, *check.quiet):
        assert set(example()) <= FACTS
    assert set(check.needs) | set(check.optional) <= FACTS
    assert check.needs


@each_check
def test_a_finding_is_one_line_with_a_place(check: Check) -> None:
    for example in check.fires:
        for finding in findings(check, example()):
            assert "\n" not in finding.message and finding.message.strip() == finding.message != ""
            assert str(finding.place), f"{check.code} says no place: {finding.message}"


@each_check
def test_a_check_is_documented(check: Check) -> None:
    headings = re.findall(r"^## (.+)$", check.doc, re.MULTILINE)
    assert headings[:2] == ["Why is this bad?", "How to fix"]
    assert check.summary.endswith(".") and len(check.summary) <= 130
    assert all(section.strip() for section in re.split(r"^## .+$", check.doc, flags=re.MULTILINE))
    assert check.fix and not [o for o in check.options if f"`{o}`" in check.fix], (
        "when it reports belongs in a paragraph behind"
    )


@each_check
def test_a_check_has_a_file_of_its_own_in_its_family(check: Check) -> None:
    module = sys.modules[check.function.__module__]
    file = Path(inspect.getfile(module))
    assert file.stem == check.function.__name__
    assert check.name == file.stem.replace("_", "-")
    assert [value for value in vars(module).values() if isinstance(value, Check)] == [check]
    assert re.fullmatch(FAMILIES[file.parent.name] + r"\d{2,3}", check.code) and re.fullmatch(r"[A-Z]\d{3}", check.code)


@each_check
def test_a_check_opens_its_file_with_its_code(check: Check) -> None:
    doc = sys.modules[check.function.__module__].__doc__ or ""
    assert doc.startswith(f"{check.code}: ")


def test_a_code_and_a_name_belong_to_one_check() -> None:
    codes = Counter(check.code for check in all_checks())
    names = Counter(check.name for check in all_checks())
    assert [word for word, times in (codes | names).items() if times > 1] == []


@each_cause
def test_a_cause_has_a_slug_of_the_catalogue_and_a_file_named_after_it(cause: Cause) -> None:
    assert cause.slug in slugs()
    assert (ROOT / "src" / "traindx" / "causes" / f"{cause.slug.replace('-', '_')}.py").is_file()


@each_cause
def test_a_cause_has_clues_of_checks_that_exist(cause: Cause) -> None:
    codes = [clue.code for clue in cause.clues]
    assert set(codes) <= {check.code for check in all_checks()}
    assert len(codes) == len(set(codes))
    assert any(clue.if_seen > 0 or clue.proves for clue in cause.clues)


@each_cause
def test_a_cause_is_documented(cause: Cause) -> None:
    headings = re.findall(r"^## (.+)$", cause.doc, re.MULTILINE)
    assert headings == ["How it shows", "How to tell it from its look-alikes", "How to fix"]
    assert cause.summary.endswith(".")


@each_cause
def test_a_cause_says_how_to_fix_it_in_words(cause: Cause) -> None:
    assert len(cause.fix.words) > 20
    assert all(snippet.strip() for snippet in cause.fix.snippets.values())


@each_cause
def test_a_cause_that_a_trial_proves_can_be_undone(cause: Cause) -> None:
    assert cause.proof != "trial" or cause.undo is not None


def test_a_slug_belongs_to_one_cause() -> None:
    counted = Counter(cause.slug for cause in all_causes())
    assert [slug for slug, times in counted.items() if times > 1] == []


def treatments() -> dict[str, Treatment]:
    """Every treatment that a cause names, by cause and direction."""
    named = {f"{c.slug} undone": c.undo for c in all_causes()} | {f"{c.slug} induced": c.induce for c in all_causes()}
    return {name: treated for name, treated in named.items() if treated is not None}


@pytest.mark.parametrize("name", treatments())
def test_a_treatment_is_made_by_the_vocabulary_and_says_what_it_changes(name: str) -> None:
    treated = treatments()[name]
    vocabulary = (treatment, step_treatments, model_treatments, data_treatments)
    assert any(callable(getattr(module, treated.name, None)) for module in vocabulary)
    assert treated.because
    assert treatment.from_json(treatment.to_json([treated])) == (treated,)
