"""No test reaches the network, and Lodestar opens not even a socket of its own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ELSEWHERE = ("192.0.2.1", 80)  # an address that nobody has (RFC 5737)
LISTENED = """
import sys
opened = []
sys.addaudithook(lambda event, arguments: opened.append((event, repr(arguments)))
                 if event.startswith("socket.") and event != "socket.gethostname" else None)
from assistant.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print("exit", end.code, "opened", [item for item in opened if "AF_UNIX" not in item[1]])
"""


def refused() -> pytest.RaisesExc[RuntimeError]:
    """Return what expects the error of the guard, which a worker has from its own module."""
    return pytest.raises(RuntimeError, match="tests use no network")


def test_tests_cannot_leave_this_machine() -> None:
    with refused():
        socket.create_connection(ELSEWHERE, timeout=1)
    with refused():
        socket.getaddrinfo("example.org", 80)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, refused():
        udp.sendto(b"x", ELSEWHERE)


def test_processes_begun_by_tests_cannot_either() -> None:
    code = f"import socket; socket.create_connection({ELSEWHERE}, timeout=1)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert child.returncode == 1 and "NetworkUsed" in child.stderr


def test_what_stays_on_this_machine_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
    socket.getaddrinfo("localhost", 0)
    left, right = socket.socketpair()
    left.close()
    right.close()


@pytest.mark.parametrize(
    ("arguments", "typed", "shown"),
    [
        (["ask", "what is overfitting?"], "", "overfit"),
        ([], "what is a CNN?\nquiz me on pooling\n1\nquit\n", "convolutional"),
        (["exercise", "run", "sql_basics", "--yes"], "", "passed"),
    ],
    ids=["ask", "chat", "exercise"],
)
def test_lodestar_opens_no_socket(
    ready: Path, arguments: list[str], typed: str, shown: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LISTENED, *arguments], input=typed, capture_output=True, text=True,
        env=os.environ | {"LODESTAR_HOME": str(ready)}, timeout=600,
    )  # fmt: skip
    assert shown in done.stdout and done.stdout.rstrip().endswith("exit 0 opened []"), (
        done.stdout[-2000:], done.stderr[-2000:],
    )  # fmt: skip
