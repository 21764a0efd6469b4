"""The bar below the line: where the learner is, cut to the width of the terminal."""

import platform
from dataclasses import dataclass
from pathlib import Path

APART = "  ·  "


@dataclass(frozen=True, slots=True)
class Place:
    """Where the learner is; `device` is the one a training ran on, "" before there was one."""

    topic: str = ""
    level: str = ""
    device: str = ""
    due: int = 0
    private: bool = False


def line(place: Place, width: int) -> str:
    """Return the bar in at most `width` columns: what matters least is left out."""
    from prompt_toolkit.utils import get_cwidth

    ranked = [
        (1, f"{place.due} to review" if place.due else ""),
        (2, "private" if place.private else ""),
        (0, place.topic),
        (3, place.level),
        (5, place.device or seen()),
        (4, "/help"),
        (6, "Tab completes"),
        (7, "Ctrl-D leaves"),
    ]
    parts = {rank: text for rank, text in ranked if text}
    while len(parts) > 1 and get_cwidth(APART.join(parts.values())) > width - 1:
        del parts[max(parts)]
    text = APART.join(parts.values())
    while get_cwidth(text) > width - 1:
        text = f"{text[:-2]}…"
    return text


def seen() -> str:
    """Return in words whether a GPU shows itself, without asking PyTorch, which loads slowly."""
    drivers = ("/proc/driver/nvidia/version", "/dev/kfd")
    apple = platform.system() == "Darwin" and platform.machine() == "arm64"
    return "GPU" if apple or any(Path(path).exists() for path in drivers) else "CPU"
