"""Paths shortened for text that leaves the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from traindx.render.privacy import shorten


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("/home/jane/data.yaml", "~/data.yaml"),
        ("/home/jane", "~"),
        ("/Users/jane/a/b/c", "~/a/b/c"),
        ("/home/jane/a/b/c/d.txt:4", "…/b/c/d.txt:4"),
        (r"C:\Users\jane\a\b\c\d.txt", "…/b/c/d.txt"),
        ("/mnt/storage/team/set/labels/a.txt", "…/set/labels/a.txt"),
        ("/data/a.txt", "/data/a.txt"),
        ("(/mnt/a/b/c/d.txt)", "(…/b/c/d.txt)"),
        ("looked in '/srv/w/x/y/z', found 0", "looked in '…/x/y/z', found 0"),
        ("labels/train/deep/er/a.txt", "labels/train/deep/er/a.txt"),
        ("https://example.org/a/b/c/d", "https://example.org/a/b/c/d"),
        ("3/4 of 12 and/or 1/2/3/4", "3/4 of 12 and/or 1/2/3/4"),
        ("run `traindx run -- python /opt/app/src/train/main.py`", "run `traindx run -- python …/src/train/main.py`"),
    ],
)
def test_absolute_paths_are_shortened_and_all_else_stays(text: str, short: str) -> None:
    assert shorten(text) == short


def test_the_own_home_is_shortened_even_with_a_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/volumes/jane doe"))
    assert shorten("at /volumes/jane doe/a.txt") == "at ~/a.txt"
