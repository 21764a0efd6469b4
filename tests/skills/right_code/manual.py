import numpy as np
import torch


def main(diagnosis):
    rng = np.random.default_rng(0)
    x = torch.tensor(rng.normal(size=(300, 3)), dtype=torch.float32)
    y = x @ torch.tensor([1.0, -2.0, 0.5])
    w = torch.zeros(3, requires_grad=True)
    for _e in range(30):
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
            w.grad = None
    w1 = torch.zeros(3, requires_grad=True)
    for _e in range(30):
        (g,) = torch.autograd.grad(((x @ w1 - y) ** 2).mean(), w1)
        w1 = (w1 - 0.1 * g).detach().requires_grad_()
