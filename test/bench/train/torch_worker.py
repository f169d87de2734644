"""PyTorch: `eager`, `channels_last` or `compile`, the last two with fused Adam."""
import torch
from torch import nn

from contest import BATCH, EPSILON, FORM, RATE, STEPS, THREADS, compete

torch.set_num_threads(THREADS)
torch.manual_seed(1)
network = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(4, 2, 3, padding=1), nn.ReLU(),
    nn.ConvTranspose2d(2, 4, 2, stride=2),
    nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(),
    nn.ConvTranspose2d(4, 8, 2, stride=2),
    nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(),
    nn.Conv2d(8, 1, 1), nn.ReLU(),
)
images = torch.rand(STEPS * BATCH, 1, 28, 28)
fused = {} if FORM == "eager" else {"fused": True}
if FORM == "channels_last":
    network = network.to(memory_format=torch.channels_last)
    images = images.contiguous(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(network.parameters(), lr=RATE, eps=EPSILON, **fused)


def loss_of(batch):
    return ((network(batch) - batch) ** 2).mean()


loss_of = torch.compile(loss_of) if FORM == "compile" else loss_of


def block():
    for step in range(STEPS):
        batch = images[step * BATCH:(step + 1) * BATCH]
        optimizer.zero_grad()
        loss = loss_of(batch)
        loss.backward()
        optimizer.step()
        loss.item()


compete(block)
