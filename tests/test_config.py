"""The configuration: found upwards, and strict about what it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from traindx.checks import all_checks
from traindx.config import Config, load, nearest, require_codes
from traindx.errors import TraindxError


def written(home: Path, text: str, name: str = "traindx.toml") -> Path:
    """A folder below which the file is the nearest configuration."""
    (home / name).write_text(text)
    below = home / "a" / "b"
    below.mkdir(parents=True, exist_ok=True)
    return below


def complaint(home: Path, text: str, name: str = "traindx.toml") -> str:
    """The error of a configuration, in one line."""
    with pytest.raises(TraindxError) as caught:
        load(written(home, text, name))
    assert name in str(caught.value) and "\n" not in str(caught.value)
    return str(caught.value)


def test_without_a_file_everything_runs(tmp_path: Path) -> None:
    assert load(tmp_path) == Config()


def test_a_file_is_found_upwards(tmp_path: Path) -> None:
    below = written(tmp_path, 'select = ["D2"]\n[ignore]\nD208 = "known"\n')
    assert load(below) == Config(("D2",), {"D208": "known"}, {}, tmp_path / "traindx.toml")


def test_pyproject_is_read_where_it_has_the_table(tmp_path: Path) -> None:
    below = written(tmp_path, '[tool.traindx]\nignore = ["T1"]\n', "pyproject.toml")
    assert load(below).ignore == {"T1": "by pyproject.toml"}


def test_a_pyproject_without_the_table_is_passed_by(tmp_path: Path) -> None:
    written(tmp_path, 'select = ["T"]\n')
    below = written(tmp_path / "a", '[project]\nname = "traindx-user"\n', "pyproject.toml")
    assert load(below).select == ("T",)


def test_options_of_a_check_are_taken(tmp_path: Path) -> None:
    below = written(tmp_path, "[checks.dead-units]\nshare = 0.9\nrecords = 5\n")
    assert load(below).checks == {"dead-units": {"share": 0.9, "records": 5}}


def test_every_option_of_every_check_can_be_set_to_its_default(tmp_path: Path) -> None:
    from traindx.cli.page import check_page

    for check in all_checks():
        if check.options:
            block = check_page(check).split("```toml\n")[1].split("```")[0]
            found = load(written(tmp_path, block, "pyproject.toml")).checks[check.name]
            assert {k: tuple(v) if isinstance(v, list) else v for k, v in found.items()} == check.options


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('selct = ["D2"]', "unknown key 'selct'. did you mean select?"),
        ('select = "D2"', "expected a list of code prefixes"),
        ('select = ["X9"]', "no check's code begins with 'X9'"),
        ('ignore = ["D999"]', "no check's code begins with 'D999'"),
        ("checks = 3", "expected one table per check"),
        ("[checks.dead-unit]\nshare = 1", "did you mean dead-units?"),
        ("[checks.dead-units]\nshares = 1", "unknown option 'shares'. did you mean share?"),
        ('[checks.dead-units]\nshare = "much"', "expected a value like 0.7"),
        ("[checks.dead-units]\nshare = true", "expected a value like 0.7"),
        ("select = [", "no valid TOML"),
    ],
)
def test_a_mistake_is_named_with_what_was_meant(tmp_path: Path, text: str, said: str) -> None:
    assert said in complaint(tmp_path, text)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "traindx.toml").write_bytes(b"select = ['\xff']")
    with pytest.raises(TraindxError, match="not UTF-8"):
        load(tmp_path)


def test_a_prefix_must_begin_some_code() -> None:
    require_codes(["D", "T30"], "here")
    with pytest.raises(TraindxError, match="here: no check's code begins with 'Z'"):
        require_codes(["Z"], "here")


def test_the_nearest_words_keep_their_spelling() -> None:
    assert nearest("Lr-Too-Hihg", ["lr-too-high", "D208"]) == "did you mean lr-too-high?"
    assert nearest("zzz", ["a", "b"]) == "known: a, b"
