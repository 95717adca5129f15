"""Runs inside a container's network: what listens there, or what of other containers answers.

Standard library only: it is fed to `python -`. The argument is a JSON object: by host, ranges of
ports, first and last. Prints those that accept a connection; without an argument, the ports on
which something listens here.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path

ANSWER_SECONDS_MAX = 2.0
AT_ONCE_MAX = 500
LISTENING = "0A"  # the kernel's word for the state, in /proc/net/tcp


async def answers(host: str, port: int, turn: asyncio.Semaphore) -> bool:
    """Whether something accepts a connection there."""
    async with turn:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                _, writer = await asyncio.open_connection(host, port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True


def address_of(host: str) -> str:
    """Where a name leads, as it is known here; nothing for one that is not known."""
    try:
        return socket.gethostbyname(host)
    except OSError:
        return ""


async def answering(ranges: dict[str, list[tuple[int, int]]]) -> list[tuple[str, int]]:
    """Those that accept a connection, of the ports of each host."""
    turn = asyncio.Semaphore(AT_ONCE_MAX)
    known = await asyncio.gather(*(asyncio.to_thread(address_of, host) for host in ranges))
    addresses = dict(zip(ranges, known, strict=True))
    tried = [
        (host, port)
        for host, mine in ranges.items()
        if addresses[host]
        for first, last in mine
        for port in range(first, last + 1)
    ]
    found = await asyncio.gather(*(answers(addresses[host], port, turn) for host, port in tried))
    return [where for where, there in zip(tried, found, strict=True) if there]


def listening() -> list[int]:
    """Ports on which something in this network listens."""
    lines = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
    ]
    return sorted({int(line[1].rpartition(":")[2], 16) for line in lines if line[3] == LISTENING})


if __name__ == "__main__":
    given = sys.argv[1:]
    found = asyncio.run(answering(json.loads(given[0]))) if given else listening()
    sys.stdout.write(json.dumps(found))
