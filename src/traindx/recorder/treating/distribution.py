"""How ranks share a model: buffers sent from the first rank, parameters without a part in the loss looked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traindx.recorder.treater import Change, Treater

WRAPPER = Change("torch.nn.parallel.distributed", "DistributedDataParallel.__init__", "wrap")


class BroadcastBuffers(Treater):
    """The first rank sends its running statistics to the others before each forward pass."""

    name = "broadcast_buffers"
    changes = (WRAPPER,)
    setting = "broadcast_buffers"

    def wrap(self, original: Callable[..., None], *args: Any, **kwargs: Any) -> None:
        """A model is wrapped."""
        original(*args, **{**kwargs, self.setting: True})


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


class FindUnused(BroadcastBuffers):
    """Parameters that take no part in the loss of a step are looked for, and the others do not wait for them."""

    name = "find_unused"
    setting = "find_unused_parameters"
