"""PyTorch as a contestant of the training benchmark: see train-worker.ts.

    torch_worker.py THREADS STEPS
"""
import json
import sys
import time

import torch
from torch import nn

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(1)
STEPS, BATCH = int(sys.argv[2]), 64

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
optimizer = torch.optim.Adam(network.parameters(), lr=0.001, eps=1e-7)
images = torch.rand(STEPS * BATCH, 1, 28, 28)


def block():
    begin = time.perf_counter()
    for step in range(STEPS):
        batch = images[step * BATCH:(step + 1) * BATCH]
        optimizer.zero_grad()
        loss = ((network(batch) - batch) ** 2).mean()
        loss.backward()
        optimizer.step()
        loss.item()
    return time.perf_counter() - begin


print(json.dumps({"ready": True, "version": torch.__version__}), flush=True)
for _ in sys.stdin:
    print(json.dumps({"seconds": block(), "images": STEPS * BATCH}), flush=True)
