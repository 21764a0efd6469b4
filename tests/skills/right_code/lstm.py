import numpy as np
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.out = nn.LSTM(1, 16, batch_first=True), nn.Linear(16, 1)

    def forward(self, x):
        return self.out(self.rnn(x)[0][:, -1]).squeeze(1)


def main(diagnosis):
    torch.manual_seed(0)
    series = np.sin(np.arange(400) / 5) * 40 + 50
    train = series[:300]
    mean, std = train.mean(), train.std()
    z = torch.tensor((series - mean) / std, dtype=torch.float32)
    w = z.unfold(0, 13, 1)
    x, y = w[:, :12, None], w[:, 12]
    net = Net()
    opt = torch.optim.Adam(net.parameters(), 0.01)
    for _e in range(4):
        net.train()
        for b in torch.randperm(280).split(40):
            loss = nn.functional.mse_loss(net(x[b]), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
    net.eval()
    with torch.no_grad():
        net(x[300:]) * std + mean
