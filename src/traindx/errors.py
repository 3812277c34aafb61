"""What went wrong in traindx's own work, said to the user in one line."""

from __future__ import annotations


class TraindxError(Exception):
    """Something the user gave cannot be used. The command line prints it as one line and exits with status 2.

    `seen` is what was found, `why` why it matters, `hint` what to try first.
    """

    def __init__(self, seen: str, why: str = "", hint: str = "") -> None:
        self.seen, self.why, self.hint = seen, why, hint
        super().__init__(". ".join(part.rstrip(".") for part in (seen, why, hint) if part))


class UnreadableError(TraindxError):
    """A file that describes a dataset is broken: `path` as it was opened, `line` from 1, None where it is not known.

    `problem` is what is wrong with it, without its path; `seen` says both, unless `given` says what was asked for instead.
    """

    def __init__(
        self, path: str, problem: str, line: int | None = None, *, why: str = "", hint: str = "", given: str = ""
    ) -> None:
        super().__init__(given or f"{path} {problem}", why, hint)
        self.path, self.line, self.problem = path, line, problem
