"""torchvision's Faster R-CNN on drawn shapes, some pictures without a box; a small backbone of our own, SGD with warm-up."""

import torch
from data import drawn_scenes
from torch.utils.data import DataLoader
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.rpn import AnchorGenerator
from torchvision.ops import MultiScaleRoIAlign


def block(inside, outside):
    return [torch.nn.Conv2d(inside, outside, 3, 2, 1), torch.nn.BatchNorm2d(outside), torch.nn.ReLU()]


backbone = torch.nn.Sequential(*block(3, 32), *block(32, 48), *block(48, 64))
backbone.out_channels = 64
model = FasterRCNN(
    backbone,
    num_classes=3,
    rpn_anchor_generator=AnchorGenerator(((16, 24, 36),), ((1.0,),)),
    box_roi_pool=MultiScaleRoIAlign(["0"], 5, 2),
    min_size=96,
    max_size=96,
    rpn_pre_nms_top_n_train=200,
    rpn_post_nms_top_n_train=100,
    box_batch_size_per_image=32,
)
loader = DataLoader(
    drawn_scenes(120, empty=0.1), batch_size=4, shuffle=True, collate_fn=lambda batch: tuple(zip(*batch))
)
optimizer = torch.optim.SGD(
    [p for p in model.parameters() if p.requires_grad], lr=0.02, momentum=0.9, weight_decay=5e-4
)
for epoch in range(3):
    model.train()
    warm_up = torch.optim.lr_scheduler.LinearLR(optimizer, 0.01, total_iters=15) if epoch == 0 else None
    for images, targets in loader:
        loss_dict = model(list(images), [dict(t) for t in targets])
        losses = sum(loss for loss in loss_dict.values())
        optimizer.zero_grad()
        losses.backward()
        optimizer.step()
        if warm_up is not None:
            warm_up.step()
    print(f"epoch {epoch}: { ({k: round(v.item(), 3) for k, v in loss_dict.items()}) }", flush=True)
model.eval()
with torch.no_grad():
    out = model([picture for picture, _ in drawn_scenes(8, seed=1)])
print("boxes above 0.5:", sum(int((o["scores"] > 0.5).sum()) for o in out))
