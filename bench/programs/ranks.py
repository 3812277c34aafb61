"""Several processes that do not train as one."""

from programs.fault import Fault

FAULTS = (
    Fault(
        "epoch-not-set",
        "sampler-epoch-not-set",
        ("ddp",),
        (("    sampler.set_epoch(epoch)\n", ""),),
        ("DistributedSampler(", "DataLoader(", "for pictures, classes"),
    ),
    Fault(
        "wrapper-gone-round",
        "ranks-diverged",
        ("ddp",),
        (("F.cross_entropy(model(pictures)", "F.cross_entropy(model.module(pictures)"),),
        (),
        source="TrainCheck x-jxmnop",
    ),
    Fault(
        "no-distributed-sampler",
        "ranks-share-data",
        ("ddp",),
        (
            (
                "batch_size=16, sampler=sampler",
                "batch_size=16, shuffle=True, generator=torch.Generator().manual_seed(0)",
            ),
        ),
        ("DataLoader(",),
    ),
)
