"""What went wrong in traindx's own work, said to the user in one line."""

from __future__ import annotations


class TraindxError(Exception):
    """Something the user gave cannot be used. The command line prints it as one line and exits with status 2.

    `seen` is what was found, `why` why it matters, `hint` what to try first.
    """

    def __init__(self, seen: str, why: str = "", hint: str = "") -> None:
        self.seen, self.why, self.hint = seen, why, hint
        super().__init__(". ".join(part.rstrip(".") for part in (seen, why, hint) if part))
