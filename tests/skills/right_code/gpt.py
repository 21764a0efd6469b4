import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.qkv, self.out = nn.Linear(n, 3 * n), nn.Linear(n, n)
        self.mlp = nn.Sequential(
            nn.Linear(n, 4 * n), nn.GELU(), nn.Linear(4 * n, n), nn.Dropout(0.1)
        )
        self.a, self.b = nn.LayerNorm(n), nn.LayerNorm(n)

    def forward(self, x):
        q, k, v = self.qkv(self.a(x)).chunk(3, -1)
        heads = [t.view(*t.shape[:2], 2, -1).transpose(1, 2) for t in (q, k, v)]
        y = F.scaled_dot_product_attention(*heads, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(x.shape))
        return x + self.mlp(self.b(x))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.e, self.p = nn.Embedding(30, 16), nn.Parameter(torch.zeros(12, 16))
        self.blocks = nn.Sequential(Block(16), Block(16))
        self.norm, self.head = nn.LayerNorm(16), nn.Linear(16, 30, bias=False)
        self.head.weight = self.e.weight

    def forward(self, ids):
        return self.head(self.norm(self.blocks(self.e(ids) + self.p[: ids.shape[1]])))


def main(diagnosis):
    torch.manual_seed(0)
    text = torch.randint(0, 30, (2000,))
    net = GPT()
    opt = torch.optim.AdamW(net.parameters(), 3e-3)
    for _step in range(40):
        at = torch.randint(0, 1500, (16,))
        x = torch.stack([text[i : i + 12] for i in at])
        y = torch.stack([text[i + 1 : i + 13] for i in at])
        loss = F.cross_entropy(net(x).flatten(0, 1), y.flatten())
        opt.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
    net.eval()
    ids = torch.zeros(1, 1, dtype=torch.long)
    with torch.no_grad():
        x = torch.stack([text[i : i + 12] for i in range(1600, 1700)])
        F.cross_entropy(net(x).flatten(0, 1), x.flatten())
        for _ in range(8):
            p = F.softmax(net(ids)[:, -1], -1)
            ids = torch.cat([ids, torch.multinomial(p, 1)], 1)
