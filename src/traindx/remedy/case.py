"""What an edit may know: the diagnosis with its places and trial, the recording with the lines of its calls, the user's files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst

from traindx.core.recording import Recording
from traindx.core.report import Diagnosis
from traindx.remedy.expressions import called, dotted, receiver, targets
from traindx.remedy.script import Script

FOREIGN = re.compile(r"(?:^|/)(?:site-packages|dist-packages)/")


@dataclass(frozen=True)
class Spot:
    """A statement of the user's."""

    script: Script
    statement: cst.BaseStatement

    @property
    def block(self) -> list[cst.CSTNode]:
        """The statements among which it stands."""
        return self.script.block(self.statement)

    @property
    def calls(self) -> list[cst.Call]:
        """The calls in it, and in the header alone of a loop or branch."""
        if isinstance(self.statement, cst.SimpleStatementLine):
            return self.script.of(cst.Call, self.statement)
        heads = [c for c in self.statement.children if not isinstance(c, (cst.BaseSuite, cst.Else))]
        return [call for head in heads for call in self.script.of(cst.Call, head)]


@dataclass(frozen=True)
class Sources:
    """The user's files, each read once. Files of packages are nobody's to edit, nor are those that were changed `since` the run
    began [epoch seconds]: the lines of the recording are no longer theirs (`changed`).
    """

    cwd: Path
    since: float = float("inf")
    known: dict[str, Script | None] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)

    def script(self, path: str) -> Script | None:
        """The file, None if it is not there, not the user's or not Python."""
        if path not in self.known:
            file = self.cwd / path
            try:
                text = file.read_text(encoding="utf-8") if not FOREIGN.search(str(file)) else ""
                if text and file.stat().st_mtime > self.since + 1:
                    self.changed.append(path)
                    text = ""
                self.known[path] = Script(path, file, text) if text and file.suffix == ".py" else None
            except (OSError, UnicodeDecodeError, cst.ParserSyntaxError):
                self.known[path] = None
        return self.known[path]

    def spot(self, path: str | None, line: int | None) -> Spot | None:
        """The statement at a line."""
        script = self.script(path) if path and line else None
        statement = script.statement(line) if script is not None and line else None
        return Spot(script, statement) if script is not None and statement is not None else None


@dataclass(frozen=True)
class Case:
    """One cause that is to be put right."""

    diagnosis: Diagnosis
    recording: Recording
    sources: Sources

    @property
    def codes(self) -> set[str]:
        """The checks that speak for the cause."""
        return {reason.code for reason in self.diagnosis.because if reason.code}

    def at(self, call: str) -> Spot | None:
        """Where the user's code first makes a kind of call (backward, step, zero_grad, optimizer, loss, ...)."""
        source = self.recording.sources.get(call)
        return self.sources.spot(source.path, source.line) if source is not None else None

    @property
    def places(self) -> list[Spot]:
        """The lines that the diagnosis names."""
        spots = (self.sources.spot(place.path, place.line) for place in self.diagnosis.places)
        found: list[Spot] = []
        for spot in spots:
            if spot is not None and all(spot.statement is not other.statement for other in found):
                found.append(spot)
        return found

    @property
    def script(self) -> Script | None:
        """The file with the training step: the one of the backward pass, or of the first line that is named."""
        spot = self.at("backward") or self.at("optimizer") or next(iter(self.places), None)
        return spot.script if spot is not None else None

    @property
    def scripts(self) -> list[Script]:
        """All files of the user's that the recording or the diagnosis names."""
        named = [source.path for source in self.recording.sources.values()]
        named += [place.path for place in self.diagnosis.places if place.path]
        return [s for path in dict.fromkeys(named) if (s := self.sources.script(path)) is not None]

    def optimizer_call(self) -> tuple[Script, cst.Call] | None:
        """The construction of the optimizer."""
        spot = self.at("optimizer")
        for call in spot.calls if spot is not None else []:
            first = call.args[0] if call.args else None
            if first is not None and called(call)[:1].isupper():
                return (spot.script, call) if spot is not None else None
        return None

    def optimizer_name(self) -> str:
        """What the user calls the optimizer where it steps, is cleared or is made; empty if that is not plain."""
        step = self.at("step")
        for call in step.calls if step is not None else []:
            if called(call) == "step":
                name = dotted(receiver(call))
                given = dotted(call.args[0].value) if call.args else ""
                return given if given and "scaler" in name.lower() else name
        clear = self.at("zero_grad")
        for call in clear.calls if clear is not None else []:
            if called(call) == "zero_grad":
                return dotted(receiver(call))
        spot = self.at("optimizer")
        made = targets(spot.statement) if spot is not None else []
        return made[0] if len(made) == 1 else ""

    def model_name(self) -> str:
        """What the user calls the model where the optimizer is given its parameters, or where a mode is set."""
        made = self.optimizer_call()
        for call in made[0].of(cst.Call, made[1]) if made is not None else []:
            if called(call) in ("parameters", "named_parameters"):
                return dotted(receiver(call))
        for kind in ("train", "eval"):
            spot = self.at(kind)
            for call in spot.calls if spot is not None else []:
                if called(call) == kind:
                    return dotted(receiver(call))
        return ""
