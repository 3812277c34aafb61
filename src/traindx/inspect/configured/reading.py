"""Which files of settings a command uses, and what they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from traindx.core.configured import Configured
from traindx.core.script import Call, Pace, Script
from traindx.inspect.configured.built import calls_of
from traindx.inspect.configured.hydra import Composed, compose, of_run
from traindx.inspect.configured.openmmlab import read_python
from traindx.inspect.configured.roles import roles_of, values_of
from traindx.inspect.configured.solver import written_in
from traindx.inspect.configured.structured import stored_in
from traindx.inspect.configured.sweeps import first_of, held_at, swept_words
from traindx.inspect.configured.tree import DEEPEST, Held, merged, put, read_yaml, resolved, word

ENDS = (".yaml", ".yml", ".json", ".py")
PRIMARY = ("config", "train", "default")
"""Names of the file that a folder of Hydra's begins with."""
Found = tuple[Configured, tuple[Call, ...]]


def settings_at(place: Path, home: Path, words: Sequence[str] = ()) -> Found | None:
    """The settings of a file or folder; None where it holds none. A folder is one of Hydra's, or a run's with `.hydra` in it."""
    if place.is_dir():
        run = next((p for p in (place, place / ".hydra") if p.name == ".hydra" and p.is_dir()), None)
        if run is not None:
            done = of_run(run, _shown(run, home))
            return _composed(done, home) if done is not None else None
        first = next((name for name in PRIMARY if (place / f"{name}.yaml").is_file()), None)
        return _of_hydra(place, first, words, home) if first else None
    if not place.is_file() or place.suffix not in ENDS:
        return None
    if place.suffix == ".py":
        read = read_python(place, _shown(place, home))
        return None if read is None else _configured("openmmlab", read[0], [_shown(place, home)], home, whole=read[1])
    held = read_yaml(place, _shown(place, home))
    if held is None or not isinstance(held.value, dict):
        return None
    if isinstance(getattr(held.entries.get("defaults"), "value", None), list):
        return _of_hydra(place.parent, place.stem, words, home)
    if "_BASE_" in held.entries:
        held = _with_base(held, place, home, 0)
    return _configured(_kind(held), _with_words(held, words), [_shown(place, home)], home, whole=True)


def settings_of(command: Sequence[str], text: Script, home: Path) -> Found | None:
    """The settings that a command trains with: those that `hydra.main` names, else the file that the command does."""
    script = (home / text.path).resolve() if text.path else home
    words = [w for w in command[1:] if not w.startswith("-")]
    for call in text.called("main"):
        if call.owner.rpartition(".")[2] == "hydra" or (call.owner == "" and "config_name" in call.texts):
            option = _option(command, "--config-path", "-cp", "--config-dir", "-cd") or call.get("config_path", 0, ".")
            name = _option(command, "--config-name", "-cn") or call.get("config_name", 1)
            stored = stored_in(script, text.path) if script.is_file() else {}
            if isinstance(name, str) and (isinstance(option, str) or stored):
                folder = script.parent / (option if isinstance(option, str) else ".")
                after = [w for w in words if not w.endswith(".py")]
                return _of_hydra(folder, name, after, home, stored) if folder.is_dir() else None
            return None
    for named in words:
        path = home / named.partition("=")[2] if "=" in named else home / named
        if path.suffix in ENDS and path.is_file() and path.resolve() != script and (path.suffix != ".py" or text.path):
            found = settings_at(path, home, command)
            if found is not None and {"rate", "epochs", "steps", "optimizer"} & found[0].roles.keys():
                return found
    written = written_in(text, home)
    if written is None:
        return None
    kind = "detectron2" if "SOLVER" in written[0].entries else "yaml"
    return _configured(kind, _with_words(written[0], command), [text.path], home, whole=written[1])


def _option(command: Sequence[str], *names: str) -> str:
    """What the command gives for an option."""
    for at, part in enumerate(command):
        name, is_pair, value = part.partition("=")
        if name in names:
            return value if is_pair else command[at + 1] if at + 1 < len(command) else ""
    return ""


def _of_hydra(
    folder: Path, name: str, words: Sequence[str], home: Path, stored: Mapping[str, Held] = MappingProxyType({})
) -> Found | None:
    """What Hydra composes. Of a sweep the first values count, and of the others what they build besides."""
    done = compose(folder, name, [first_of(word) for word in words], home, stored)
    found = _composed(done, home)
    if found is None:
        return None
    swept = swept_words(words, done.tree)
    calls = list(found[1])
    for key, tried, where in swept:
        for value in tried[0 if where.path else 1 :]:
            tree = put(done.tree, key, held_at(value, where))
            other = _composed(Composed(tree, done.paths, done.missing), home)
            calls += [
                call for call in (other[1] if other is not None else ()) if not any(_same(call, c) for c in calls)
            ]
    return found[0], tuple(calls)


def _same(one: Call, other: Call) -> bool:
    return one.function == other.function and one.arguments == other.arguments


def _composed(done: Composed, home: Path) -> Found | None:
    if not done.paths:
        return None
    found, calls = _configured("hydra", done.tree, done.paths, home, whole=not done.missing)
    return replace(found, refused=tuple(done.refused) if not done.missing else ()), calls


def _configured(kind: str, tree: Held, paths: list[str], home: Path, *, whole: bool) -> Found:
    tree = resolved(tree)
    found = Configured(kind, tuple(paths), values_of(tree), roles_of(tree), (), whole)
    return found, calls_of(tree, found, _pace(kind, tree, home))


def _pace(kind: str, tree: Held, home: Path) -> Pace:
    """How often a schedule of the settings is stepped: Lightning's once an epoch unless its module says otherwise."""
    trainer = tree.entries.get("trainer")
    target = trainer.entries.get("_target_") if trainer is not None else None
    if trainer is None or (target is not None and "lightning" not in str(target.value)):
        return ""
    module = tree.entries.get("model")
    named = module.entries.get("_target_", module.entries.get("class_path")) if module is not None else None
    path = home.joinpath(*str(named.value).split(".")[:-1]).with_suffix(".py") if named is not None else home
    if not path.is_file():
        return ""
    intervals = set(
        re.findall(r"""["']interval["']\s*:\s*["'](\w+)["']""", path.read_text(encoding="utf-8", errors="replace"))
    )
    return "epoch" if intervals <= {"epoch"} else ""


def _with_base(held: Held, place: Path, home: Path, depth: int) -> Held:
    """Detectron2: the file that `_BASE_` names under this one."""
    base = held.entries.get("_BASE_")
    own = Held({k: v for k, v in held.entries.items() if k != "_BASE_"}, held.path, held.line)
    if base is None or not isinstance(base.value, str) or depth > DEEPEST:
        return own
    path = place.parent / base.value
    under = read_yaml(path, _shown(path, home)) if path.is_file() else None
    return own if under is None else merged(_with_base(under, path, home, depth + 1), own)


def _with_words(held: Held, words: Sequence[str]) -> Held:
    """Overrides of the command line: `SOLVER.BASE_LR 0.01` behind each other, `--lr 0.1` and `--model.lr=0.1` of what is there."""
    for at, part in enumerate(words):
        name, is_pair, value = part.lstrip("-").partition("=")
        name = name.replace("-", "_") if "." not in name else name
        following = value if is_pair else words[at + 1] if at + 1 < len(words) else ""
        dotted = re.fullmatch(r"[A-Z][A-Z_0-9]*(\.[A-Z_0-9]+)+", name)
        plain = part.startswith("--") and (name in held.entries or "." in name)
        if (dotted or plain) and following and not following.startswith("--"):
            held = put(held, name, Held(word(following)))
    return held


def _kind(held: Held) -> str:
    names = set(held.entries)
    if (
        "output_dir" in names
        and {"learning_rate", "per_device_train_batch_size", "num_train_epochs", "max_steps"} & names
    ):
        return "transformers"
    if "SOLVER" in names:
        return "detectron2"
    return "lightning" if {"trainer", "model"} <= names and "class_path" in held.entries["model"].entries else "yaml"


def _shown(path: Path, home: Path) -> str:
    resolved_, own = path.resolve(), home.resolve()
    return resolved_.relative_to(own).as_posix() if resolved_.is_relative_to(own) else str(path)
