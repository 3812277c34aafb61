"""The command of an arm: the user's own, with its paths led to the workspace, its seed set and its dataset repaired."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from traindx.core.setup import Setup
from traindx.trial.workspace import Workspace

OUTPUT = re.compile(
    r"(?:^|[-_.])(?:outputs?|out|save|logs?|results?|project|work|ckpts?|checkpoints?|runs?|tensorboard|artifacts?|exp)"
    r"(?:[-_.]?(?:to|dir|path|root|folder|file))?$"
)
"""Names of options that say where a training writes."""


def folders_of(setup: Setup, roots: Sequence[Path]) -> list[Path]:
    """What the command works with outside of its working directory and therefore needs a copy.

    The folder of its script (YOLOv5 writes beside its train.py), its dataset yamls with their `roots` (label caches are
    written there), and what script or yamls refer to by `../`.
    """
    cwd = Path(setup.cwd)
    script = _script(setup.command, cwd)
    found = [Path(d) for d in setup.datasets] + list(roots)
    if script is not None and os.access(script.parent, os.W_OK) and not _is_installed(script):
        found.append(script.parent)
    for text in filter(None, [script, *map(Path, setup.datasets)]):
        words = re.findall(r"""["'\s=](\.\./[^"'\s,;)\]]+)""", text.read_text(encoding="utf-8", errors="replace"))
        found += [Path(os.path.normpath(cwd / word)) for word in words]
    return [p for p in dict.fromkeys(found) if p.exists() and not cwd.is_relative_to(p)]


def arm_command(setup: Setup, workspace: Workspace, seed: int) -> list[str]:
    """The command as the arm runs it in `workspace.cwd`."""
    words = [_program(setup.command[0], Path(setup.cwd), workspace)]
    option = ""
    for word in setup.command[1:]:
        name, equals, value = _split(word)
        words.append(name + equals + _value(name.lstrip("-") or option, value, Path(setup.cwd), workspace))
        option = word.lstrip("-") if word.startswith("--") and not equals else ""
    return _seeded(_project(words, workspace, _script(setup.command, Path(setup.cwd))), seed)


def environment(workspace: Workspace) -> dict[str, str]:
    """Ultralytics' settings copied into the workspace, with its folder for runs there: a script may not name one."""
    config = workspace.home / "config" / "Ultralytics"
    config.mkdir(parents=True, exist_ok=True)
    own = _ultralytics_config()
    for font in own.glob("*.ttf"):
        (config / font.name).symlink_to(font)
    try:
        settings = json.loads((own / "settings.json").read_text())
    except (OSError, ValueError):
        return {"YOLO_CONFIG_DIR": str(config.parent)}
    settings["runs_dir"] = str(workspace.cwd / "runs")
    (config / "settings.json").write_text(json.dumps(settings))
    return {"YOLO_CONFIG_DIR": str(config.parent)}


def takes_seed(setup: Setup) -> bool:
    """Whether the command has an option for its seed, which every arm sets."""
    return _seeded(list(setup.command), 0) != _seeded(list(setup.command), 1)


def put_dataset(workspace: Workspace, dataset: Path, repaired: Path) -> None:
    """Let the copy of the data.yaml `dataset` say what the data.yaml `repaired` says, however the command names it."""
    content = yaml.safe_load(repaired.read_text(encoding="utf-8-sig"))
    content["path"] = os.path.normpath(repaired.parent / str(content.get("path") or "."))
    workspace.copy_of(dataset).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _split(word: str) -> tuple[str, str, str]:
    """`--name=value` and `name=value` in three parts; any other word is a value without a name."""
    match = re.match(r"^((?:--?)?[A-Za-z][\w.-]*)(=)(.*)$", word, re.DOTALL)
    return (match[1], match[2], match[3]) if match else ("", "", word)


def _program(word: str, cwd: Path, workspace: Workspace) -> str:
    """A program in a copied folder is run there; one of a virtual environment, which is not copied, where it is."""
    if os.sep not in word:
        return word
    original = Path(os.path.normpath(cwd / word))
    copy = Path(workspace.translate(str(original)))
    return str(copy if copy.exists() else original)


def _value(option: str, value: str, cwd: Path, workspace: Workspace) -> str:
    """A value of the command: paths lead to the copies, an output outside of them is led to the workspace."""
    if not value or value.startswith("-") or "\n" in value or len(value) > 1000:
        return workspace.translate(value)
    path = Path(os.path.normpath(cwd / value))
    if (path.parent.parent / "pyvenv.cfg").exists():
        return _program(value, cwd, workspace)
    absolute = Path(value).is_absolute() or value.startswith("..")
    output = OUTPUT.search(option.lower()) is not None and not path.is_file()
    if output and absolute and workspace.translate(str(path)) == str(path):
        target = workspace.home / "outputs" / re.sub(r"\W", "-", option) / path.name
        (target.parent if target.suffix else target).mkdir(parents=True, exist_ok=True)
        return str(target)
    if path.exists() and path != cwd and not output:
        copy = workspace.copy_of(path)
        return str(copy) if absolute else value
    return workspace.translate(value)


def _project(words: list[str], workspace: Workspace, script: Path | None) -> list[str]:
    """Ultralytics' and YOLOv5's option for the folder of results set to the workspace."""
    runs = str(workspace.cwd / "runs")
    if any(Path(word).name in ("yolo", "ultralytics") for word in words[:3]):
        return [w for w in words if not w.startswith("project=")] + [f"project={runs}"]
    if script is not None and script.name == "train.py" and _is_yolov5(script):
        return [*words, "--project", runs]  # argparse takes the last
    return words


def _seeded(words: list[str], seed: int) -> list[str]:
    """The command's own seed option set, where it has one: such a command would otherwise seed every arm alike."""
    if any(Path(word).name in ("yolo", "ultralytics") for word in words[:3]):
        return [w for w in words if not w.startswith("seed=")] + [f"seed={seed}"]
    changed = [re.sub(r"^((?:--)?(?:[\w.]+\.)?seed=)\d+$", rf"\g<1>{seed}", word) for word in words]
    for i, word in enumerate(changed[:-1]):
        if word in ("--seed", "--random-seed", "--random_seed", "--manual-seed") and changed[i + 1].isdigit():
            changed[i + 1] = str(seed)
    return changed


def _script(command: Sequence[str], cwd: Path) -> Path | None:
    paths = (Path(os.path.normpath(cwd / word)) for word in command if word.endswith(".py"))
    return next((path for path in paths if path.is_file()), None)


def _is_installed(script: Path) -> bool:
    return any(part in ("site-packages", "dist-packages", "bin") for part in script.parts)


def _is_yolov5(script: Path) -> bool:
    text = script.read_text(encoding="utf-8", errors="replace")
    return "--project" in text and "--hyp" in text


def _ultralytics_config() -> Path:
    """Where Ultralytics keeps its settings (`ultralytics.utils.get_user_config_dir`, 8.4)."""
    if given := os.environ.get("YOLO_CONFIG_DIR"):
        return Path(given).expanduser() / "Ultralytics"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Ultralytics"
    if sys.platform == "win32":
        return Path.home() / "AppData" / "Roaming" / "Ultralytics"
    return Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")) / "Ultralytics"
