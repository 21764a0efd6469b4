import torch
from torch import nn
from torch.nn import functional as F


class GCN(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.a = a
        self.first, self.second = nn.Linear(34, 8), nn.Linear(8, 2)

    def forward(self, x):
        return self.a @ self.second(torch.relu(self.a @ self.first(x)))


def main(diagnosis):
    torch.manual_seed(0)
    a = (torch.rand(34, 34) < 0.2).float()
    a = ((a + a.T) > 0).float() + torch.eye(34)
    a = a / a.sum(1, keepdim=True)
    x, y = torch.eye(34), (torch.arange(34) > 16).long()
    known = torch.tensor([0, 33])
    net = GCN(a)
    opt = torch.optim.Adam(net.parameters(), 0.02, weight_decay=5e-4)
    for _e in range(60):
        net.train()
        loss = F.cross_entropy(net(x)[known], y[known])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        (net(x).argmax(1) == y).float().mean()
