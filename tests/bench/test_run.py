"""What the benchmark runs, and the file of its results."""

from collections import Counter

from recipes import RECIPES, SCRIPTS
from result import append, load
from run import tasks
from tests.bench.examples import result


def test_there_are_as_many_healthy_runs_as_faulty_ones():
    counts = Counter(task.cause == "healthy" for task in tasks(seeds=2))
    assert counts[True] == counts[False] > 0


def test_no_two_runs_have_the_same_key():
    keys = [task.key for task in tasks(seeds=2)]
    assert len(keys) == len(set(keys))


def test_a_recipe_is_spared_the_causes_it_is_immune_to():
    assert not [t for t in tasks(seeds=1) if t.cause in dict(t.recipe.immune)]


def test_the_scripts_of_all_recipes_are_there_and_know_nothing_of_the_project():
    for recipe in RECIPES:
        assert "traindx" not in (SCRIPTS / recipe.script).read_text()


def test_results_are_read_as_they_were_written(tmp_path):
    file = tmp_path / "results.jsonl"
    first = result("dead-relu", ("dead-relu",), errors=("T402",), outcomes={"T402": "failed"})
    append(file, first)
    append(file, result("dead-relu", (), seed=1))
    assert load(file)[0] == first


def test_a_later_line_replaces_an_earlier_one_and_a_cut_line_is_left_out(tmp_path):
    file = tmp_path / "results.jsonl"
    append(file, result("dead-relu", ()))
    append(file, result("dead-relu", ("dead-relu",)))
    file.write_text(file.read_text() + '{"recipe": "cn')
    assert [r.answer for r in load(file)] == [("dead-relu",)]
