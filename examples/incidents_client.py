"""Tell Accord's incidents service what a system outside knows, over NATS.

Each line of standard input is an event: its kind (interaction or noted_call at a district; call,
classification, outcome or force at an agency), an id that stays the same when it is sent again, and
the data. Each line of output is that id and the answer to it.

    python incidents_client.py --server tls://nats.district.example:4222 --org snohomish-sd \
        --user ingest-district-system --seed nats.seed --authority ca.pem \
        --source /snohomish-sd/diary <events.jsonl

Ends with 0 when all were accepted and 1 when one was rejected. What nobody answers is sent again
for a minute, since each is recorded only once; after that it stops with 2: send the same lines.
"""

import argparse
import asyncio
import json
import ssl
import sys
import time
from typing import Any

import nats  # pip install "nats-py[nkeys]"
import nats.errors

AT_ONCE = 64
ANSWER_SECONDS = 5
GIVE_UP_SECONDS = 60


async def emit(client: nats.NATS, given: argparse.Namespace, record: dict[str, Any]) -> bool:
    """Send one event until it is answered; print the answer, and say whether it was accepted."""
    kind, named = record["kind"], {"source": given.source, "id": record["id"]}
    event = {"specversion": "1.0", "type": f"incidents.{kind}.v1", **named, "data": record["data"]}
    until = time.monotonic() + GIVE_UP_SECONDS
    while True:
        try:
            subject = f"ingest.{given.org}.incidents.{kind}"
            reply = await client.request(subject, json.dumps(event).encode(), ANSWER_SECONDS)
        except (nats.errors.NoRespondersError, nats.errors.TimeoutError):
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.5)
        else:
            answer: dict[str, Any] = json.loads(reply.data)
            sys.stdout.write(json.dumps({"id": record["id"], **answer}) + "\n")
            return bool(answer["accepted"])


async def send(given: argparse.Namespace, records: list[dict[str, Any]]) -> bool:
    """Send all, some at once; say whether all were accepted."""
    client = await nats.connect(
        given.server,
        nkeys_seed=given.seed,
        tls=ssl.create_default_context(cafile=given.authority),
        inbox_prefix=f"_INBOX.{given.user}",
    )
    places = asyncio.Semaphore(AT_ONCE)

    async def one(record: dict[str, Any]) -> bool:
        async with places:
            return await emit(client, given, record)

    try:
        return all(await asyncio.gather(*(one(record) for record in records)))
    finally:
        await client.close()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    for name in ("--server", "--org", "--user", "--seed", "--authority", "--source"):
        arguments.add_argument(name, required=True)
    try:
        lines = [json.loads(line) for line in sys.stdin]
        sys.exit(0 if asyncio.run(send(arguments.parse_args(), lines)) else 1)
    except (nats.errors.Error, OSError) as problem:
        sys.stderr.write(f"not sent: {type(problem).__name__}: {problem}\n")
        sys.exit(2)
