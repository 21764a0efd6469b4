"""What the small language models stand on, held against arithmetic that can be followed by hand."""

import pytest
import torch
from torch import nn

from skills.language import letters


def test_a_text_comes_back_in_small_letters_and_known_signs():
    codes = letters.encode(["It's <br/> GOOD, 5 of 5!", "No…"])
    assert letters.decode(codes) == "it's br good, 5 of 5!\nno"


def test_real_words_are_those_of_the_known_text():
    assert letters.real(["my dog", "likes qxz"], "a dog likes my\ntea") == 0.75
    assert letters.real([""], "tea") == 0


def test_a_sign_is_known_by_the_two_before_it_and_by_none_after():
    torch.manual_seed(0)
    net = letters.Writer(nn.Identity(), 8)
    for weight in net.parameters():
        nn.init.normal_(weight)
    scores = net(torch.tensor([[5, 6, 7, 8, 9], [1, 6, 7, 8, 9], [5, 6, 7, 8, 2]]))
    changed = (scores[1:] != scores[0]).any(2)
    assert changed.tolist() == [[True] * 3 + [False] * 2, [False] * 4 + [True]]


@pytest.mark.parametrize("shape", [(48, 160), (160, 48), (96, 32)])
def test_a_step_is_about_as_long_in_all_directions(shape):
    torch.manual_seed(1)
    matrix = torch.randn(shape)
    lengths = torch.linalg.svdvals(letters.orthogonal(matrix))
    assert torch.linalg.svdvals(matrix).max() > 2 * torch.linalg.svdvals(matrix).min()
    assert 0.6 < lengths.min() <= lengths.max() < 1.3


def test_muon_goes_downhill_and_goes_on_from_where_it_was():
    def walk(stops):
        weight = nn.Parameter(torch.eye(6) + 0.5)
        kept = None
        for steps in stops:
            muon = letters.Muon([weight], 0.05)
            if kept:
                muon.load_state_dict(kept)
            for _ in range(steps):
                muon.zero_grad()
                weight.square().sum().backward()
                muon.step()
            kept = muon.state_dict()
        return weight.detach()

    assert walk([8]).square().sum() < 0.75 * (torch.eye(6) + 0.5).square().sum()
    assert torch.equal(walk([8]), walk([5, 3]))
