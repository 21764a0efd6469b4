import torch
from torch import nn


def main(diagnosis):
    torch.manual_seed(0)
    policy = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
    opt = torch.optim.Adam(policy.parameters(), 0.01)
    for _episode in range(30):
        logs, rewards = [], []
        state = torch.randn(4)
        for _t in range(20):
            dist = torch.distributions.Categorical(logits=policy(state))
            a = dist.sample()
            logs.append(dist.log_prob(a))
            rewards.append(1.0 if int(a) == int(state[0] > 0) else 0.0)
            state = torch.randn(4)
        returns = torch.tensor(rewards).flip(0).cumsum(0).flip(0)
        returns = (returns - returns.mean()) / (returns.std() + 1e-6)
        loss = -(torch.stack(logs) * returns).sum()
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        for _ in range(5):
            policy(torch.randn(4)).argmax()
