"""Faulty programs: each is a healthy script with a few words changed, its cause, and the line to be named.

Re-written from the faulty programs that other projects publish (`source`: TheDeepChecker T1 to T27 and IPS, TrainCheck's
reproduced bugs, UMLAUT's study, issues of detection libraries), so that each has its healthy twin: the script as it is.
"""

from programs import calls, classifying, data, detection, modes, networks, own_detectors, public, ranks, rates, targets
from programs.fault import Fault, Program

FAULTS: tuple[Fault, ...] = (
    *calls.FAULTS,
    *classifying.FAULTS,
    *rates.FAULTS,
    *targets.FAULTS,
    *networks.FAULTS,
    *modes.FAULTS,
    *data.FAULTS,
    *detection.FAULTS,
    *own_detectors.FAULTS,
    *ranks.FAULTS,
    *public.FAULTS,
)


def programs() -> list[Program]:
    """Every fault in each of its scripts."""
    return [Program(fault, script) for fault in FAULTS for script in fault.scripts]
