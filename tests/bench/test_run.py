"""What the benchmark runs, the file of its results, and one run of it from end to end."""

from collections import Counter

import pytest

from recipes import HELD_OUT, RECIPES, acts_on
from result import append, load
from run import done
from tasks import FEW, half_the_rate, tasks
from tests.bench.examples import result
from zoo import SCRIPTS, healthy_scripts


def test_there_are_as_many_healthy_runs_as_faulty_ones():
    counts = Counter(task.cause == "healthy" for task in tasks(seeds=2))
    assert counts[True] == counts[False] > 0


def test_the_quick_form_has_each_cause_in_a_few_recipes_once_and_every_dose_somewhere():
    quick = [t for t in tasks(1, quick=True) if t.set == "induced"]
    whole = [t for t in tasks(1) if t.set == "induced"]
    pairs = [(t.script, t.cause) for t in quick]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) < {(t.script, t.cause) for t in whole}
    assert max(Counter(cause for _, cause in pairs).values()) <= FEW
    assert {(t.cause, t.variant) for t in quick} == {(t.cause, t.variant) for t in whole}


def test_no_two_runs_have_the_same_name():
    names = [task.name for task in tasks(seeds=2)]
    assert len(names) == len(set(names))


def test_a_script_is_spared_the_causes_that_cannot_act_on_it():
    assert not [t for t in tasks(seeds=1) if t.set == "induced" and not acts_on(t.cause, t.script)]


def test_every_script_is_there_and_knows_nothing_of_the_project():
    scripts = {path.stem for path in SCRIPTS.glob("*.py")}
    assert {*RECIPES, *HELD_OUT} <= scripts
    assert [name for name in scripts if "traindx" in (SCRIPTS / f"{name}.py").read_text()] == []


def test_scripts_that_need_pictures_that_are_not_there_are_left_out(monkeypatch):
    monkeypatch.delenv("YOLO_DATA", raising=False)
    assert "yolo_bccd" not in {script.name for script in healthy_scripts()}
    assert "yolo_bccd" not in {task.script for task in tasks(seeds=1)}


def test_a_script_says_how_it_is_started():
    starters = {script.name: script.starter for script in healthy_scripts()}
    assert starters["ddp"][1:] == ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")
    assert len(starters["cnn_sgd"]) == 1


def test_half_the_rate_halves_every_rate_and_nothing_else():
    text = "SGD(p, lr=0.02, momentum=0.9), max_lr=0.1, learning_rate=2e-3, warmup_lr_init=1e-5"
    assert half_the_rate(text) == "SGD(p, lr=0.01, momentum=0.9), max_lr=0.1, learning_rate=0.001, warmup_lr_init=1e-5"


def test_results_are_read_as_they_were_written(tmp_path):
    file = tmp_path / "results.jsonl"
    first = result(
        "dead-relu", ("dead-relu",), errors=("T402",), outcomes={"T402": "failed"}, peers={"UMLAUT": ("a", "b")}
    )
    append(file, first)
    append(file, result("dead-relu", (), seed=1))
    assert load(file)[0] == first


def test_a_later_line_replaces_an_earlier_one_and_a_cut_line_is_left_out(tmp_path):
    file = tmp_path / "results.jsonl"
    append(file, result("dead-relu", ()))
    append(file, result("dead-relu", ("dead-relu",)))
    file.write_text(file.read_text() + '{"set": "indu')
    assert [r.answer for r in load(file)] == [("dead-relu",)]


@pytest.mark.parametrize("part", ["fitted", "other half", "held out"])
def test_faults_are_in_every_part(part):
    runs = [result(t.cause, (), set=t.set, script=t.script, variant=t.variant) for t in tasks(1) if t.set != "healthy"]
    assert sum(run.part == part for run in runs) > len(runs) / 10


def test_a_faulty_program_is_recorded_judged_and_its_line_found(tmp_path):
    task = next(t for t in tasks(1) if t.variant == "no-zero-grad" and t.script == "cnn_sgd")
    run = done(task, tmp_path, 120.0, judge_only=False)
    assert run is not None
    assert run.exit_status == 0
    assert (run.verdict, run.answer[:1], run.placed) == ("faulty", ("missing-zero-grad",), True)
    assert run.detected is not None
    assert run.detected < run.steps
    assert set(run.peers or {}) == {"DeepDiagnosis", "AUTOTRAINER", "SageMaker Debugger", "UMLAUT"}
