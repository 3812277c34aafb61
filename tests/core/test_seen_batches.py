"""Saved batches as a fact, and as what the report shows of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from traindx.core.finding import Picture, Table
from traindx.core.recording import Recording, recording_of
from traindx.core.report import Report
from traindx.core.seen_batches import PICTURES, seen_batches, what_the_model_sees
from traindx.render.contents import contents, seen_lines
from traindx.render.html import html


def line(step: int, samples: list[dict[str, Any]], why: str = "first") -> dict[str, Any]:
    return {
        "kind": "batch",
        "step": step,
        "why": why,
        "of": 32,
        "file": f"batches/step-{step:06d}.rank-0.npz",
        "scale": {"name": "ImageNet", "because": "values -2.1 to 2.6"},
        "channels": {"mean": [0.1], "std": [1.0], "min": [-2.1], "max": [2.6]},
        "names": {"1": "<cat>"},
        "samples": samples,
    }


def sample(**more: Any) -> dict[str, Any]:
    return {"picture": "batches/a.png", "size": [100, 200], "factor": 2, "file": "/d/x.jpg", "classes": [1], **more}


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    (tmp_path / "batches").mkdir()
    Image.new("RGB", (100, 50), "teal").save(tmp_path / "batches" / "a.png")
    boxed = sample(classes=[1, 7], boxes=[[20, 40, 60, 80], [150, 10, 260, 40]])
    unwritten = {"kind": "batch", "step": 9, "why": "loss", "of": 4}
    return recording_of([line(3, [sample()], "jump"), line(0, [boxed, sample()]), unwritten], folder=str(tmp_path))


def test_batches_come_by_step_and_those_without_files_are_left_out(recording: Recording) -> None:
    first, odd = seen_batches(recording)
    assert (first.step, odd.step, odd.why) == (0, 3, "jump") and first.names == {1: "<cat>"}
    assert first.samples[0].boxes[0] == (20, 40, 60, 80) and Path(first.samples[0].picture).is_file()


def test_boxes_are_drawn_in_pixels_of_the_saved_picture_and_those_that_leave_it_are_wrong(recording: Recording) -> None:
    table, picture, plain, _ = what_the_model_sees(recording)
    assert isinstance(table, Table) and len(table.rows) == 2 and table.rows[1][1] == "loss leaps"
    assert isinstance(picture, Picture) and isinstance(plain, Picture)
    inside, outside = picture.boxes
    assert (inside.x0, inside.y1, inside.label, inside.wrong) == (10, 40, "1 <cat>", False)
    assert (outside.label, outside.wrong) == ("7", True)
    assert plain.caption == "step 0, sample 1, x.jpg, class 1 <cat>, 200 × 100, shown with 2 × 2 averaged"


def test_the_page_and_the_terminal_show_them_and_survive_names_of_markup(recording: Recording) -> None:
    report = Report("unclear", (), (), {"sentence": "s"}, what_the_model_sees(recording))
    page = html(Report.from_json(report.to_json()))
    assert 'id="seen"' in page and 'id="contents"' not in page and page.count("data:image/jpeg") == 3
    assert "<cat>" not in page and "1 &lt;cat&gt;" in page and "picture not shown" not in page
    assert seen_lines(contents(report.overview), 60)[0] == "  step 0 (first batches): ImageNet, values -2.1 to 2.6"


def test_few_pictures_are_shown_of_many_and_none_of_none(tmp_path: Path) -> None:
    many = recording_of([line(n, [sample()] * 8) for n in range(12)], folder=str(tmp_path))
    assert sum(isinstance(item, Picture) for item in what_the_model_sees(many)) == PICTURES
    assert what_the_model_sees(recording_of([], folder=str(tmp_path))) == ()
