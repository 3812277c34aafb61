"""Other projects' published rules, re-implemented on recordings: what each would have answered, as causes of the catalogue.

The rules are those of their papers and sources, thresholds unchanged. They name symptoms; each symptom is read as the cause
that it points to most, so what a project is given here is at least what it says. Means of absolute values are not in a
recording: root mean squares take their place, which are larger, by a quarter for a normal distribution.
"""

from __future__ import annotations

from peer_rules import autotrainer, deepdiagnosis, sagemaker, umlaut
from traindx.core.recording import Recording

RULES = {
    "DeepDiagnosis": deepdiagnosis.fired,
    "AUTOTRAINER": autotrainer.fired,
    "SageMaker Debugger": sagemaker.fired,
    "UMLAUT": umlaut.fired,
}


def answers(recording: Recording) -> dict[str, tuple[str, ...]]:
    """What each project's rules answer, first first, each cause once; `healthy` where no rule fires."""
    return {name: tuple(dict.fromkeys(fired(recording))) or ("healthy",) for name, fired in RULES.items()}
