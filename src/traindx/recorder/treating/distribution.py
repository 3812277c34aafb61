"""How ranks share a model: buffers sent from the first rank, parameters without a part in the loss looked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traindx.recorder.treater import Change, Treater

WRAPPER = Change("torch.nn.parallel.distributed", "DistributedDataParallel.__init__", "wrap")


class BroadcastBuffers(Treater):
    """The first rank sends its running statistics to the others before each forward pass, also where that was switched off."""

    name = "broadcast_buffers"
    changes = (WRAPPER,)

    def wrap(self, original: Callable[..., None], *args: Any, **kwargs: Any) -> None:
        """A model is wrapped: both names of the setting are on by themselves."""
        original(*args, **{k: v for k, v in kwargs.items() if k not in ("broadcast_buffers", "forward_sync_buffers")})


class SyncNorms(Treater):
    """Batch norms of a model that is wrapped for several ranks take their statistics over all of them; on GPUs, where torch
    can do that."""

    name = "sync_norms"
    changes = (WRAPPER,)

    def wrap(self, original: Callable[..., None], wrapper: Any, module: Any, *args: Any, **kwargs: Any) -> None:
        """A model is wrapped: its layers change in it, as the training goes on with the one that it has."""
        if any(p.is_cuda for p in module.parameters()):
            module = self.torch.nn.SyncBatchNorm.convert_sync_batchnorm(module)
        original(wrapper, module, *args, **kwargs)


class FindUnused(Treater):
    """Parameters that take no part in the loss of a step are looked for, and the others do not wait for them."""

    name = "find_unused"
    changes = (WRAPPER,)

    def wrap(self, original: Callable[..., None], *args: Any, **kwargs: Any) -> None:
        """A model is wrapped."""
        original(*args, **{**kwargs, "find_unused_parameters": True})
