"""Results of the benchmark for its tests."""

from result import Result


def result(cause: str, answer: tuple[str, ...], *, seed: int = 0, verdict: str = "faulty", **more: object) -> Result:
    """A run with `cause` induced, in which the causes of `answer` were named."""
    fields: dict[str, object] = {
        "recipe": "cnn",
        "cause": cause,
        "seed": seed,
        "verdict": verdict,
        "ranking": tuple((slug, "consistent", 0.9) for slug in answer),
        "outcomes": {},
        "errors": (),
        "accuracy": 0.9,
        "exit_status": 0,
        "steps": 100,
        "seconds": 5.0,
        "cost": 0.1,
        "version": "0",
    }
    return Result(**{**fields, **more})  # type: ignore[arg-type]
