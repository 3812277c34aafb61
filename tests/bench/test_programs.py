"""Faulty programs: each differs from its healthy twin, and its truth is written down."""

from pathlib import Path

import pytest

from programs import FAULTS, Program, programs
from programs.fault import SCRIPTS

LINES = (Path(__file__).parents[2] / "docs" / "slugs.txt").read_text().splitlines()
SLUGS = {line.partition("\t")[0] for line in LINES if not line.startswith("#")}


def test_no_two_faults_have_the_same_name():
    names = [fault.name for fault in FAULTS]
    assert len(names) == len(set(names))


def test_every_cause_is_one_of_the_catalogue():
    assert {slug for fault in FAULTS for slug in (fault.cause, *fault.also)} - SLUGS == set()


@pytest.mark.parametrize("program", programs(), ids=lambda program: f"{program.fault.name}-{program.script}")
def test_a_program_is_sound_python_unlike_its_twin_and_has_the_line_to_be_named(program):
    text = program.text()
    compile(text, program.script, "exec")
    assert text != (SCRIPTS / f"{program.script}.py").read_text()
    assert bool(program.lines()) == bool(program.fault.place)


def test_an_edit_that_does_not_apply_is_an_error():
    fault = next(fault for fault in FAULTS if fault.name == "no-step")
    with pytest.raises(ValueError, match=r"no-step: evaluation_only\.py has no"):
        Program(fault, "evaluation_only").text()
