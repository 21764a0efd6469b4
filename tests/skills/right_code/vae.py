import torch
from torch import nn
from torch.nn import functional as F


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 8))
        self.decoder = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 20))

    def forward(self, x):
        mean, spread = self.encoder(x).chunk(2, 1)
        code = mean + torch.randn_like(mean) * torch.exp(spread / 2)
        return self.decoder(code), mean, spread


def main(diagnosis):
    torch.manual_seed(0)
    x = torch.rand(400, 20)
    net = VAE()
    opt = torch.optim.Adam(net.parameters(), 1e-3)
    for _e in range(5):
        for b in torch.randperm(400).split(40):
            out, m, s = net(x[b])
            loss = (
                F.binary_cross_entropy_with_logits(out, x[b], reduction="sum") / len(b)
                - 0.5 * (1 + s - m**2 - s.exp()).sum(1).mean()
            )
            opt.zero_grad()
            loss.backward()
            opt.step()
    net.eval()
    with torch.no_grad():
        net.decoder(torch.randn(9, 4)).sigmoid()
        net(torch.rand(40, 20))[0]
