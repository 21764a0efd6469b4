import torch
from torch import nn
from torch.nn import functional as F


def main(diagnosis):
    torch.manual_seed(0)
    real = torch.randn(512, 2) * 0.3 + 1
    G = nn.Sequential(nn.Linear(4, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 2))
    D = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
    og = torch.optim.Adam(G.parameters(), 2e-4, betas=(0.5, 0.999))
    od = torch.optim.Adam(D.parameters(), 2e-4, betas=(0.5, 0.999))
    for _e in range(6):
        for b in torch.randperm(512).split(64):
            D.zero_grad()
            ones, zeros = torch.ones(len(b), 1), torch.zeros(len(b), 1)
            F.binary_cross_entropy_with_logits(D(real[b]), ones).backward()
            fake = G(torch.randn(len(b), 4))
            F.binary_cross_entropy_with_logits(D(fake.detach()), zeros).backward()
            od.step()
            G.zero_grad()
            F.binary_cross_entropy_with_logits(D(fake), ones).backward()
            og.step()
    G.eval()
    with torch.no_grad():
        G(torch.randn(16, 4))
