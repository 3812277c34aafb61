"""Layers that do something else in evaluation mode than in training mode: batch norms and dropout that leaves something out."""

from __future__ import annotations

from traindx.core.recording import Recording


def modal_kinds(recording: Recording) -> set[str]:
    """The classes of such layers in the model. Dropout counts where its share was recorded and is over zero."""
    norms = {str(x.get("kind")) for line in recording.lines.get("normalisation", ()) for x in line.get("layers", ())}
    norms |= {layer.kind for layer in recording.layers}
    dropped = {
        str(layer["kind"])
        for line in recording.lines.get("dropout", ())
        for layer in line.get("layers", ())
        if layer.get("p", 0) > 0
    }
    return {kind for kind in norms if is_modal_norm(kind)} | dropped


def is_modal_norm(kind: str) -> bool:
    """Whether a normalisation layer of this class has running statistics."""
    return "BatchNorm" in kind and not kind.startswith("Frozen")
