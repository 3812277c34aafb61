"""The JSON form as written: strict, stable and readable."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.render import examples
from traindx.core.finding import Curve, Finding, Line, Place
from traindx.core.report import Outcome, Report
from traindx.render import FORMATS
from traindx.render.json_ import json_text

GOLDEN = """\
{
  "schema": 1,
  "verdict": "faulty",
  "diagnoses": [],
  "outcomes": [
    {
      "code": "T301",
      "name": "loss-diverges",
      "level": "error",
      "status": "failed",
      "summary": "",
      "reason": "",
      "causes": ["lr-too-high"],
      "findings": [
        {
          "place": {
            "path": "träin.py",
            "line": 3
          },
          "message": "loss is \\"inf\\"",
          "evidence": [
            {
              "type": "curve",
              "title": "Loss",
              "lines": [
                {
                  "name": "train",
                  "x": [0.0, 1.0],
                  "y": [2.5, "inf"]
                }
              ],
              "x_label": "step",
              "y_label": "",
              "onset": null,
              "log_y": false,
              "log_x": false
            }
          ],
          "fix": null
        }
      ],
      "measured": [],
      "fix": ""
    }
  ],
  "meta": {
    "sentence": "s",
    "empty": {}
  },
  "overview": []
}
"""


def refuse(literal: str) -> None:
    raise AssertionError(literal)


def test_a_small_report_is_written_exactly_so() -> None:
    curve = Curve("Loss", (Line("train", (0.0, 1.0), (2.5, float("inf"))),))
    finding = Finding(Place("träin.py", 3), 'loss is "inf"', (curve,))
    outcome = Outcome("T301", "loss-diverges", "error", "failed", causes=("lr-too-high",), findings=(finding,))
    assert json_text(Report("faulty", (), (outcome,), {"sentence": "s", "empty": {}})) == GOLDEN


def test_strict_parsers_can_read_every_example(tmp_path: Path) -> None:
    for name, report in examples.all_reports(tmp_path).items():
        text = json_text(report)
        data = json.loads(text.encode("utf-8"), parse_constant=refuse)
        if name != "hostile":
            assert data == report.to_json()


def test_a_file_name_that_is_not_utf8_is_escaped_visibly(tmp_path: Path) -> None:
    data = json.loads(json_text(examples.hostile(tmp_path)))
    assert r"red\udcff" in data["outcomes"][0]["findings"][0]["place"]["path"]


def test_what_json_does_not_know_is_written_as_text() -> None:
    data = json.loads(json_text(Report("healthy", (), (), {"run": Path("runs/a")})))
    assert data["meta"] == {"run": str(Path("runs/a"))}


def test_json_is_written_without_loading_other_renderers() -> None:
    code = (
        "import sys; from traindx.render import FORMATS; from traindx.core.report import Report;"
        "FORMATS['json'](Report('healthy', (), ()));"
        "print([m for m in ('jinja2', 'rich', 'PIL', 'torch', 'traindx.render.html') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_the_formats_are_those_of_the_command_line() -> None:
    assert sorted(FORMATS) == ["github", "html", "json", "junit", "markdown", "sarif", "text"]
