import torch
from torch import nn


class AE(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 3))
        self.up = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 20))

    def forward(self, x):
        return self.up(self.down(x))


def main(diagnosis):
    torch.manual_seed(0)
    x = torch.randn(400, 20)
    net = AE()
    opt = torch.optim.AdamW(net.parameters(), 1e-3)
    for _e in range(5):
        for b in torch.randperm(400).split(50):
            loss = nn.functional.mse_loss(net(x[b]), x[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
    with torch.no_grad():
        net.eval()
        (net(x) - x).pow(2).mean(1)
