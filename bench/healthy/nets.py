"""Small networks that several healthy scripts share."""

from torch import nn


def plain_cnn(classes=10, channels=1, size=16):
    """Three convolutions without normalisation."""
    return nn.Sequential(
        nn.Conv2d(channels, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * (size // 4) ** 2, 64),
        nn.ReLU(),
        nn.Linear(64, classes),
    )


class ConvNet(nn.Module):
    """Convolution, batch normalisation, ReLU, three times, then the mean over places."""

    def __init__(self, classes=10, channels=1, width=24):
        super().__init__()
        self.features = nn.Sequential(
            *self.block(channels, width, 1), *self.block(width, 2 * width, 2), *self.block(2 * width, 2 * width, 2)
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(2 * width, classes)

    @staticmethod
    def block(inside, outside, stride):
        return [nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True)]

    def forward(self, x):
        return self.fc(self.pool(self.features(x)).flatten(1))
