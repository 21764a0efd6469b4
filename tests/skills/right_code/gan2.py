import torch
from torch import nn
from torch.nn import functional as F


def main(diagnosis):
    torch.manual_seed(0)
    real = torch.randn(512, 2) * 0.3 + 1
    G = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
    D = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
    og = torch.optim.Adam(G.parameters(), 2e-4)
    od = torch.optim.Adam(D.parameters(), 2e-4)
    for _e in range(6):
        for b in torch.randperm(512).split(64):
            with torch.no_grad():
                fake = G(torch.randn(len(b), 4))
            scores = D(torch.cat([real[b], fake]))
            target = torch.cat([torch.ones(len(b), 1), torch.zeros(len(b), 1)])
            od.zero_grad()
            F.binary_cross_entropy_with_logits(scores, target).backward()
            od.step()
            og.zero_grad()
            F.binary_cross_entropy_with_logits(
                D(G(torch.randn(len(b), 4))), torch.ones(len(b), 1)
            ).backward()
            og.step()
    with torch.no_grad():
        G(torch.randn(16, 4))
