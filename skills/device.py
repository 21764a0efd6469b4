"""Where a model is trained, and why there."""

import os
from dataclasses import dataclass
from typing import Literal

Request = Literal["auto", "cpu", "cuda", "mps"]
REQUESTS: tuple[Request, ...] = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True, slots=True)
class Device:
    """A device as torch names it, and the reason for choosing it, in words."""

    name: Literal["cpu", "cuda", "mps"]
    reason: str


class DeviceError(Exception):
    """The device that was asked for cannot be used here; the message says what can."""


def choose(requested: str = "auto", *, cpu_only: bool = False) -> Device:
    """Return the device to train on: CUDA, else Apple's MPS, else the CPU.

    `cpu_only` is for exercises whose library has nothing else; torch is then not imported.
    Raises DeviceError when a requested device is absent.
    """
    if requested not in REQUESTS:
        raise DeviceError(f"There is no device {requested!r}; use one of {', '.join(REQUESTS)}.")
    cores = f"{_cores()} CPU core{'s' if _cores() > 1 else ''}"
    if requested == "cpu":
        return Device("cpu", f"you asked for it ({cores})")
    if cpu_only:
        if requested != "auto":
            raise DeviceError(
                f"This exercise trains with scikit-learn, which does not use {requested}: "
                "leave out --device, or say --device cpu."
            )
        return Device("cpu", f"scikit-learn trains on the CPU ({cores})")
    found = _accelerators()
    if requested != "auto" and requested not in found:
        usable = ", ".join((*found, "cpu"))
        raise DeviceError(
            f"PyTorch finds no {requested} device on this machine. It can use: {usable}. "
            f"Say --device {next(iter((*found, 'cpu')))}, or leave --device out."
        )
    for name in ("cuda", "mps"):
        if name in found and requested in {"auto", name}:
            reason = "you asked for it" if requested == name else "the fastest PyTorch finds here"
            return Device(name, f"{reason} ({found[name]})")
    return Device("cpu", f"PyTorch finds no GPU here, so it uses the CPU ({cores})")


def _accelerators() -> dict[str, str]:
    import torch

    found = {}
    if torch.cuda.is_available():
        found["cuda"] = torch.cuda.get_device_name(0)
    if torch.backends.mps.is_available():
        found["mps"] = "Apple GPU"
    return found


def _cores() -> int:
    """Return the cores this process may use, which in a container is fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
