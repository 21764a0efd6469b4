import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.t = nn.Embedding(50, 16)
        self.a, self.b, self.c = (
            nn.Conv2d(1, 16, 3, padding=1),
            nn.Conv2d(16, 16, 3, padding=1),
            nn.Conv2d(16, 1, 3, padding=1),
        )

    def forward(self, x, t):
        h = torch.relu(self.a(x) + self.t(t)[:, :, None, None])
        return self.c(torch.relu(self.b(h)))


def main(diagnosis):
    torch.manual_seed(0)
    x = torch.rand(128, 1, 8, 8) * 2 - 1
    beta = torch.linspace(1e-4, 0.02, 50)
    keep = (1 - beta).cumprod(0)
    net = Net()
    opt = torch.optim.Adam(net.parameters(), 2e-3)
    for _epoch in range(5):
        for b in torch.randperm(128).split(32):
            t = torch.randint(0, 50, (len(b),))
            noise = torch.randn_like(x[b])
            k = keep[t][:, None, None, None]
            loss = (net(k.sqrt() * x[b] + (1 - k).sqrt() * noise, t) - noise).square().mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
    with torch.no_grad():
        s = torch.randn(4, 1, 8, 8)
        for t in reversed(range(50)):
            e = net(s, torch.full((4,), t))
            s = (s - beta[t] / (1 - keep[t]).sqrt() * e) / (1 - beta[t]).sqrt() + (t > 0) * beta[
                t
            ].sqrt() * torch.randn_like(s)
