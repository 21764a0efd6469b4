import copy
import random

import numpy as np
import torch
from torch import nn


def main(diagnosis):
    random.seed(0)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    q = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
    target = copy.deepcopy(q)
    opt = torch.optim.Adam(q.parameters(), 1e-3)
    memory = []
    for step in range(120):
        s = rng.normal(size=4)
        with torch.no_grad():
            a = (
                int(q(torch.tensor(s, dtype=torch.float32)).argmax())
                if random.random() > 0.2
                else random.randrange(2)
            )
        memory.append((s, a, float(a == (s[0] > 0)), rng.normal(size=4)))
        if len(memory) > 32:
            ss, aa, rr, nn_ = zip(*random.sample(memory, 32), strict=False)
            ss, nn_ = (torch.tensor(np.array(v), dtype=torch.float32) for v in (ss, nn_))
            with torch.no_grad():
                goal = torch.tensor(rr) + 0.9 * target(nn_).max(1).values
            loss = nn.functional.smooth_l1_loss(
                q(ss).gather(1, torch.tensor(aa)[:, None])[:, 0], goal.float()
            )
            opt.zero_grad()
            loss.backward()
            opt.step()
        if step % 20 == 0:
            target.load_state_dict(q.state_dict())
