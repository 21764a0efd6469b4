"""Forbids the network in a process: whoever tries to leave this machine gets an error."""

import ipaddress
import socket
import sys
from typing import Any

LOOKED_UP = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
REACHED = ("socket.connect", "socket.sendto", "socket.sendmsg")


class NetworkUsed(RuntimeError):
    """Something tried to reach another machine."""


def forbid() -> None:
    """Forbid it from here on; sockets within this machine still work."""
    sys.addaudithook(_guard)


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event in LOOKED_UP:
        host = arguments[0]
    elif event in REACHED and isinstance(arguments[1], tuple):  # a path is on this machine
        host = arguments[1][0]
    else:
        return
    if not _is_here(host):
        raise NetworkUsed(f"{event} to {host!r}: tests use no network")


def _is_here(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
