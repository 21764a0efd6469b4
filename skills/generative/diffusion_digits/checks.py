"""What a learner's own diffusion must do, whatever its style."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class _Spy(nn.Module):
    """Answers with half of what it is given, or with an image; remembers what it was asked."""

    def __init__(self, image: Tensor | None = None) -> None:
        super().__init__()
        self.weight, self.image = nn.Parameter(torch.tensor(0.5)), image
        self.given: list[Tensor] = []
        self.steps: list[Tensor] = []

    def forward(self, x: Tensor, step: Tensor) -> Tensor:
        """Return rows of the shape of x."""
        self.given.append(x.detach().clone())
        self.steps.append(torch.as_tensor(step).detach().clone())
        return self.weight * x if self.image is None else self.image.expand_as(x)


def _tell(tools: Any, got: Any, wrong: Iterable[tuple[str, Any]], at: Any, tolerance: float) -> Any:
    """Name the first mistake whose value is the one that came; return what came."""
    for mistake, value in wrong:
        if got.shape == value.shape and torch.allclose(got, value, tolerance, tolerance):
            tools.mistake(mistake, "the values are those that it gives", at)
            break
    return got


def check_scaled(work: Any, tools: Any) -> None:
    """Images become rows of half the size, from -1 to 1."""
    for seed in tools.seeds:
        tools.seed(seed)
        images = torch.rand(6, 28, 28)
        plain = images.reshape(6, 14, 2, 14, 2).mean((2, 4)).flatten(1)
        wrong = {"not_centred": plain}
        tools.same(work.scaled(images), 2 * plain - 1, "scaled", at=work.scaled, wrong=wrong)


def check_schedule(work: Any, tools: Any) -> None:
    """What is left after a step is the product of what all steps up to it leave."""
    for steps in (work.STEPS, 40):
        with tools.settings(work, STEPS=steps), tools.settings(tools.reference, STEPS=steps):
            (added, left), (noise, right) = work.schedule(), tools.reference.schedule()
        tools.same(added, noise, "schedule: the variance that each step adds")
        wrong = (("not_multiplied_up", 1 - noise), ("not_multiplied_up", 1 - noise.cumsum(0)),
                 ("variance_as_deviation", (1 - noise**2).cumprod(0)))  # fmt: skip
        _tell(tools, left, wrong, work.schedule, 1e-5)
        tools.same(left, right, "schedule: what is left of the image's variance")


def check_noisy(work: Any, tools: Any) -> None:
    """Image and noise are mixed so that variances add up, each row by its own step."""
    for seed in tools.seeds:
        tools.seed(seed)
        x, noise = torch.randn(2, 8, 196)
        step = torch.randint(work.STEPS, (8,))
        step[:2] = torch.tensor([0, work.STEPS - 1])
        left = work.schedule()[1][step][:, None]
        right = left.sqrt() * x + (1 - left).sqrt() * noise
        wrong = (("variance_as_deviation", left * x + (1 - left) * noise),
                 ("variance_as_deviation", left.sqrt() * x + (1 - left) * noise),
                 ("variance_as_deviation", left * x + (1 - left).sqrt() * noise),
                 ("no_noise", left.sqrt() * x))  # fmt: skip
        got = _tell(tools, work.noisy(x, step, noise), wrong, work.noisy, 1e-4)
        tools.same(got, right, "noisy", tolerance=1e-4)


def check_network(work: Any, tools: Any) -> None:
    """The network answers for each row by itself, and by the row's own step."""
    for seed in tools.seeds:
        tools.seed(seed)
        net, x = work.Denoiser().eval(), torch.randn(6, 196)
        step = torch.tensor([0, 1, work.STEPS // 2, work.STEPS - 2, work.STEPS - 1, 3])
        got = net(x, step)
        tools.shape(got, (6, 196), "Denoiser: guesses for six rows")
        alone = torch.cat([net(x[n : n + 1], step[n : n + 1]) for n in range(6)])
        tools.same(got, alone, "Denoiser: each row by itself", tolerance=1e-3)
        other = net(x, step.flip(0))
        if torch.allclose(got, other, atol=1e-7):
            tools.mistake("time_ignored", "another step gives the same answer", work.Denoiser)
            tools.fail("Denoiser: expected other guesses for other steps, got the same")
        got.sum().backward()
        reached = all(weight.grad is not None for weight in net.parameters())
        tools.hold(reached, "Denoiser: expected gradients for every weight")


def check_loss(work: Any, tools: Any) -> None:
    """The loss compares a guess with the clean rows, at steps drawn for each row."""
    seen = []
    for seed in range(20):
        tools.seed(seed)
        net, x = _Spy(), torch.rand(200, 196) * 2 - 1
        got = work.loss(net, x)
        tools.hold(net.steps, "loss: expected it to call the network")
        tools.shape(net.steps[0], (200,), "loss: the steps that the network is given")
        seen.append(net.steps[0])
        left = work.schedule()[1][net.steps[0]][:, None]
        noise = (net.given[0] - left.sqrt() * x) / (1 - left).sqrt()
        if seed == 0:
            _drawn(work, tools, net.steps[0], noise)
        guess = 0.5 * net.given[0]
        wrong = {"noise_for_image": F.mse_loss(guess, noise),
                 "wrong_averaging": F.mse_loss(guess, x, reduction="sum"),
                 "wrong_loss": F.binary_cross_entropy_with_logits(guess, (x + 1) / 2)}  # fmt: skip
        tools.same(got, F.mse_loss(guess, x), "loss", at=work.loss, wrong=wrong, tolerance=1e-4)
        if not got.requires_grad:
            tools.mistake("detached_graph", "the loss has no way back to the network", work.loss)
            tools.fail("loss: expected gradients for the network, got none")
    steps = torch.cat(seen)
    ends = int(steps.min()), int(steps.max())
    if ends != (0, work.STEPS - 1):
        evidence = f"4,000 steps reach from {ends[0]} to {ends[1]}"
        tools.mistake("off_by_one_window", evidence, work.loss)
        tools.fail(f"loss: expected steps from 0 to {work.STEPS - 1}; {evidence}")


def _drawn(work: Any, tools: Any, steps: Tensor, noise: Tensor) -> None:
    """Hold the steps and the noise that a loss drew to be random, each row's its own."""
    if len(set(steps.tolist())) == 1:
        tools.mistake("one_step_for_all", f"200 rows all got step {int(steps[0])}", work.loss)
        tools.fail("loss: expected a step drawn for each row, got the same for all")
    low, high = float(noise.min()), float(noise.max())
    if low > -0.1 and high < 1.1:
        evidence = f"the noise lies between {low:.1f} and {high:.1f}"
        tools.mistake("uniform_noise", evidence, work.loss)
    tools.same(noise.mean(), 0.0, "loss: mean of the noise that was mixed in", tolerance=0.05)
    tools.same(noise.std(), 1.0, "loss: spread of the noise that was mixed in", tolerance=0.05)


def check_train(work: Any, tools: Any) -> None:
    """Every weight learns, and the loss falls."""
    tools.seed(0)
    x = tools.reference.scaled(torch.tensor(tools.data()[0][::20]))
    net = work.Denoiser()
    before = [weight.detach().clone() for weight in net.parameters()]
    with tools.settings(work, EPOCHS=10, BATCH=50):
        told, _ = tools.drain(work.train(net, x, None))
    if any(torch.equal(a, b.detach()) for a, b in zip(before, net.parameters(), strict=True)):
        tools.mistake("missing_step", "some weights are as they were at first", work.train)
        tools.fail("train: expected every weight to change")
    losses = [event["loss"] for event in told if "loss" in event]
    tools.at_most(sum(losses[-10:]), 0.7 * sum(losses[:10]), "train: ten last losses by ten first")


def check_back(work: Any, tools: Any) -> None:
    """A step back has the right mean and spread; the last one adds no noise."""
    added, left = work.schedule()
    for seed, step in enumerate((work.STEPS - 1, work.STEPS // 2, 5)):
        tools.seed(seed)
        x, guess = torch.randn(1, 196), torch.rand(1, 196) * 2 - 1
        rows = work.back(x.expand(4000, 196), guess.expand(4000, 196), step)
        tools.shape(rows, (4000, 196), "back: four thousand rows")
        keep, before = 1 - added[step], left[step] / (1 - added[step])
        mean = before.sqrt() * added[step] * guess + keep.sqrt() * (1 - before) * x
        taken = (x - added[step] / (1 - left[step]).sqrt() * guess) / keep.sqrt()
        middle = rows.mean(0, keepdim=True)
        _tell(tools, middle, [("noise_for_image", taken)], work.back, 0.03)
        tools.same(middle, mean / (1 - left[step]), "back: the mean of many", tolerance=0.03)
        _spread(work, tools, float(rows.std(0).mean()), step)
    ends = [work.back(x, guess, 0) for _ in range(2)]
    if not torch.allclose(*ends):
        tools.mistake("noise_at_the_end", "step 0 gives other rows each time", work.back)
    tools.same(ends[0], guess, "back: after step 0, the last one", tolerance=2e-3)


def _spread(work: Any, tools: Any, spread: float, step: int) -> None:
    """Accept the noise that the step added, or what is left of it once the image is known."""
    added, left = (float(values[step]) for values in work.schedule())
    known = added * (1 - left / (1 - added)) / (1 - left)
    if any(abs(spread / variance**0.5 - 1) < 0.02 for variance in (added, known)):
        return
    for mistake, value in (("no_noise", 0.0), ("variance_as_deviation", added)):
        if abs(spread - value) < 0.02 * value + 1e-5:
            tools.mistake(mistake, f"the rows spread by {spread:.3g}", work.back)
            break
    tools.fail(f"back: expected rows that spread by {added**0.5:.3g}, got {spread:.3g}")


def check_invent(work: Any, tools: Any) -> None:
    """All steps are taken back, the noisiest first, until a guess is left."""
    tools.seed(0)
    image, start = torch.rand(1, 196) * 1.6 - 0.8, torch.randn(5, 196)
    net = _Spy(image)
    made = work.invent(net, start.clone())
    tools.shape(made, (5, 196), "invent: five rows")
    tools.hold(net.steps, "invent: expected it to call the network")
    tools.shape(net.steps[0], (5,), "invent: the steps that the network is given")
    steps, right = [int(step[0]) for step in net.steps], list(range(work.STEPS))[::-1]
    if steps != right:
        backwards = steps[0] < steps[-1]
        mistake = "steps_forward" if backwards else "off_by_one_window"
        evidence = f"{len(steps)} steps, from {steps[0]} to {steps[-1]}"
        tools.mistake(mistake, evidence, work.invent)
        tools.fail(f"invent: expected {work.STEPS} steps, {right[0]} to 0; got {evidence}")
    tools.same(net.given[0], start, "invent: what the network sees first")
    tools.same(made, image.expand(5, 196), "invent: if every guess is one image", tolerance=5e-3)


def check_run(work: Any, tools: Any) -> None:
    """What is invented is nearer to digits put aside than noise, and a seed repeats it."""
    data = tuple(part[::3] for part in tools.data())
    few = {"EPOCHS": 10, "STEPS": 30, "WIDTH": 200, "BATCH": 50}
    first, second = (tools.run(work, data, seed=2, **few) for _ in range(2))
    names = ["diffusion", "gaussian", "noise", "pixels", "real"]
    tools.same(sorted(first), names, "the stages of run")
    for name, ran in first.items():
        tools.same(ran["metrics"], second[name]["metrics"], f"{name}, run twice with one seed",
                   tolerance=1e-3)  # fmt: skip
        tools.shape(ran["made"]["invented"], (24, 14, 14), f"{name}: invented images")
    distances = {name: ran["metrics"]["distance"] for name, ran in first.items()}
    tools.at_most(distances["diffusion"], 0.8 * distances["noise"], "distance of the digits made")
