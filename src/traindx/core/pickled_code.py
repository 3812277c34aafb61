"""Functions and classes that a pickle names: which are those of the usual libraries, and which run commands or code."""

from __future__ import annotations

LIBRARIES = frozenset(
    [
        *(
            "torch",
            "torchvision",
            "torchaudio",
            "numpy",
            "collections",
            "argparse",
            "pathlib",
            "datetime",
            "types",
            "copyreg",
        ),
        *(
            "_codecs",
            "functools",
            "operator",
            "copy",
            "enum",
            "decimal",
            "fractions",
            "uuid",
            "typing",
            "array",
            "easydict",
        ),
        *(
            "ultralytics",
            "models",
            "timm",
            "lightning",
            "pytorch_lightning",
            "lightning_fabric",
            "transformers",
            "accelerate",
        ),
        *(
            "omegaconf",
            "mmengine",
            "mmcv",
            "mmdet",
            "addict",
            "yacs",
            "detectron2",
            "fvcore",
            "safetensors",
            "peft",
            "random",
        ),
        *(
            "torchmetrics",
            "albumentations",
            "scipy",
            "sklearn",
            "pandas",
            "PIL",
            "cv2",
            "thop",
            "ml_collections",
            "logging",
        ),
    ]
)
"""First words of modules whose classes checkpoints of the usual training libraries hold; `models` is that of YOLOv5."""

BUILTINS = frozenset(
    [
        *(
            "set",
            "frozenset",
            "dict",
            "list",
            "tuple",
            "int",
            "float",
            "bool",
            "str",
            "bytes",
            "bytearray",
            "complex",
            "slice",
        ),
        *(
            "range",
            "object",
            "getattr",
            "type",
            "property",
            "print",
            "Ellipsis",
            "NotImplemented",
            "long",
            "unicode",
            "max",
            "min",
        ),
    ]
)

COMMANDS = frozenset(
    [
        *(
            "os",
            "posix",
            "nt",
            "subprocess",
            "pty",
            "commands",
            "socket",
            "shutil",
            "sys",
            "runpy",
            "importlib",
            "code",
            "ctypes",
        ),
        *(
            "webbrowser",
            "urllib",
            "requests",
            "http",
            "ftplib",
            "smtplib",
            "multiprocessing.util",
            "pickle",
            "marshal",
            "bdb",
            "pdb",
        ),
        *(
            "timeit",
            "cProfile",
            "profile",
            "asyncio",
            "threading",
            "signal",
            "platform",
            "pip",
            "builtins",
            "__builtin__",
        ),
    ]
)
HARMLESS = frozenset(["os PathLike", "sys maxsize", "builtins", "__builtin__"])


def is_known(name: str) -> bool:
    """Whether a `module name` is of a library that writes checkpoints, or a plain type of Python."""
    module, _, what = name.partition(" ")
    if module in ("builtins", "__builtin__"):
        return what in BUILTINS
    return module.partition(".")[0] in LIBRARIES


def runs_commands(name: str) -> bool:
    """Whether a `module name` starts programs, opens connections, deletes files, or evaluates code."""
    module, _, what = name.partition(" ")
    if module in ("builtins", "__builtin__"):
        return what in (
            "eval",
            "exec",
            "compile",
            "open",
            "__import__",
            "input",
            "breakpoint",
            "execfile",
            "file",
            "apply",
        )
    if name in HARMLESS or (module == "torch" and what == "load"):
        return False
    first = module.partition(".")[0]
    return first in COMMANDS or module in COMMANDS
