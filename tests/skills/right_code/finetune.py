import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Embedding(100, 16),
            nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 1),
        )
        self.head = nn.Linear(16, 5)

    def forward(self, ids):
        return self.head(self.body(ids).mean(1))


def main(diagnosis):
    torch.manual_seed(0)
    ids, y = torch.randint(0, 100, (200, 7)), torch.randint(0, 5, (200,))
    net = Model()
    for p in net.body.parameters():
        p.requires_grad_(False)
    opt = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], 1e-3)
    for _e in range(3):
        net.train()
        for b in torch.randperm(150).split(25):
            loss = F.cross_entropy(net(ids[b]), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
    for p in net.body.parameters():
        p.requires_grad_(True)
    opt = torch.optim.AdamW(
        [
            {"params": net.body.parameters(), "lr": 2e-5},
            {"params": net.head.parameters(), "lr": 1e-3},
        ]
    )
    sched = torch.optim.lr_scheduler.LinearLR(opt, 0.1, 1.0, 5)
    for _e in range(3):
        net.train()
        for b in torch.randperm(150).split(25):
            loss = F.cross_entropy(net(ids[b]), y[b], label_smoothing=0.1)
            opt.zero_grad()
            loss.backward()
            opt.step()
            sched.step()
    net.eval()
    with torch.no_grad():
        net(ids[150:]).argmax(1)
