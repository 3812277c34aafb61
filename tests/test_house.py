"""The rules of the house: form, lint, types, layers, fresh documentation, one truth for the README's commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from traindx.checks import all_checks

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sys.executable).parent


def run(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command of the environment that runs the tests, in the project's root."""
    env = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}", **more}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What a command said, for the test's message."""
    return f"\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}"


def commands() -> dict[str, str]:
    """The README's commands by the mark above them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"<!-- (\w+) -->\n```\n(.+)\n```", text))


def test_the_form_is_that_of_ruff() -> None:
    done = run("ruff", "format", "--check", ".")
    assert done.returncode == 0, said(done)


def test_the_lint_is_clean() -> None:
    done = run("ruff", "check", ".")
    assert done.returncode == 0, said(done)


def test_the_types_are_strict() -> None:
    done = run("mypy")
    assert done.returncode == 0, said(done)


def test_the_layers_import_downwards_only() -> None:
    done = run("lint-imports")
    assert done.returncode == 0, said(done)


def test_the_generated_pages_are_fresh() -> None:
    done = run(sys.executable, "docs/generate.py", "--check")
    assert done.returncode == 0, said(done)


def test_the_links_of_the_documentation_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    ]
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []


def test_the_report_page_names_every_field_of_the_schema() -> None:
    schema = json.loads((ROOT / "src/traindx/core/report.schema.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8").replace("```", "")
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", page))))
    assert sorted(fields_of(schema) - named) == []


def test_the_page_on_datasets_names_every_check_of_datasets_and_no_other() -> None:
    page = (ROOT / "docs" / "datasets.md").read_text(encoding="utf-8")
    ranges = [range(int(a), int(b) + 1) for a, b in re.findall(r"D(\d{3}) to D(\d{3})", page)]
    named = set(re.findall(r"D\d{3}", page)) | {f"D{n}" for numbers in ranges for n in numbers}
    assert named == {check.code for check in all_checks() if check.code.startswith("D")}


def fields_of(schema: object) -> set[str]:
    """Every property that a JSON Schema names."""
    if isinstance(schema, list):
        return set().union(*map(fields_of, schema))
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties")
    return set(own if isinstance(own, dict) else ()).union(*map(fields_of, schema.values()))


def test_the_readme_has_exactly_the_two_commands() -> None:
    assert sorted(commands()) == ["demo", "tests"]
    assert all(command.startswith("python -m pip install -c constraints/ci.txt -e ") for command in commands().values())


def test_continuous_integration_takes_its_command_from_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- tests -->" in script and "pytest" not in script
    taken = next(line for line in script.splitlines() if line.startswith("tests="))
    shown = subprocess.run(["bash", "-c", f'{taken}\nprintf %s "$tests"'], cwd=ROOT, capture_output=True, text=True)
    assert shown.stdout == commands()["tests"]


def test_a_file_holds_about_250_lines_at_most() -> None:
    files = [p for folder in ("src", "tests", "docs") for p in (ROOT / folder).rglob("*.py")]
    counted = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in files}
    assert {name: lines for name, lines in counted.items() if lines > 300} == {}


def test_every_file_says_first_what_it_is() -> None:
    files = [p for folder in ("src", "tests", "docs") for p in (ROOT / folder).rglob("*.py")]
    silent = [p for p in files if p.stat().st_size and not p.read_text(encoding="utf-8").startswith(('"""', 'r"""'))]
    assert [str(p.relative_to(ROOT)) for p in silent] == []
