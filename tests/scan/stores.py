"""A real S3 server on this machine, for tests of datasets behind URLs, and how two scans of one set are held against each other."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest


@contextmanager
def s3_with(folders: dict[str, Path], settings: Path) -> Iterator[Any]:
    """A server whose bucket `bucket` holds these folders by name, known to fsspec through the environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    variables = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(settings / "none"),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        _wait_for(port, server)
        store = fsspec.filesystem("s3", skip_instance_cache=True)
        store.mkdir("bucket")
        for name, folder in folders.items():
            store.put(str(folder), f"bucket/{name}", recursive=True)
        yield store
    server.terminate()
    server.wait(timeout=20)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "the S3 server did not start"
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the S3 server does not answer")


def plain(thing: Any, root: str) -> Any:
    """A dataset as plain values with one word in place of its root."""
    if isinstance(thing, np.ndarray):
        return [plain(value, root) for value in thing.tolist()]
    if isinstance(thing, str):
        return thing.replace(root, "ROOT")
    if isinstance(thing, float) and np.isnan(thing):
        return "nan"
    if isinstance(thing, dict):
        return {plain(k, root): plain(v, root) for k, v in thing.items()}
    if isinstance(thing, tuple | list):
        return [plain(value, root) for value in thing]
    if hasattr(thing, "__dataclass_fields__"):
        return {f.name: plain(getattr(thing, f.name), root) for f in fields(thing) if f.name != "seconds"}
    return thing
