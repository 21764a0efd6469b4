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


def test_counts_mix_what_followed_with_what_followed_less():
    codes = letters.encode(["abab"])
    after = letters.Counts(codes, 1)(codes[None])[0].exp()
    a, b = codes[:2].tolist()
    doubt = 2 / 44  # two kinds of signs were seen in all, of 44 equally likely ones
    alone = (2 + doubt) / 6, (2 + doubt) / 6  # a and b, each seen twice among four signs
    assert after[0, b].item() == pytest.approx((2 + alone[1]) / 3)  # b followed a both times
    assert after[1, a].item() == pytest.approx((1 + alone[0]) / 2)  # a followed the b that has one
    assert torch.allclose(after.sum(1), torch.ones(4))


def test_counts_fall_back_on_the_part_that_was_seen():
    codes = letters.encode(["abcabd"])
    counts = letters.Counts(codes, 3)
    new, known, shorter = letters.encode(["9ab"]), letters.encode(["ab"]), letters.Counts(codes, 2)
    assert torch.allclose(counts(new[None])[0, -1], shorter(known[None])[0, -1])
    seen = letters.encode(["cab"])
    assert counts(seen[None])[0, -1].argmax() == letters.encode(["d"])[0]


def test_tables_and_last_layer_go_ten_times_as_fast_as_the_body():
    net = letters.Writer(nn.Linear(8, 8), 8)
    optimiser, pace = letters.steppers(net, 0.01, 20)
    body, others = optimiser.param_groups
    assert {id(weight) for weight in body["params"]} == {id(w) for w in net.body.parameters()}
    assert len(others["params"]) == len(list(net.parameters())) - 2
    rates = []
    for _ in range(20):
        rates.append((body["lr"], others["lr"]))
        optimiser.step()
        pace.step()
    assert max(rates) == pytest.approx((0.01, 0.1))
    assert rates.index(max(rates)) in (1, 2)
    assert rates[-1][0] < 0.01 / 100
