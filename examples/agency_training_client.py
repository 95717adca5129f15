"""Tell Accord what an agency's training system has confirmed, over NATS.

Each line of standard input is a confirmation: an id that stays the same when it is sent again, and
the data. Each line of output is that id and the answer.

    python agency_training_client.py --server tls://nats.agency.example:4222 --agency snohomish-pd \
        --seed nats.seed --authority ca.pem --source /snohomish-pd/records <confirmations.jsonl

Ends with 0 when all were accepted and 1 when one was rejected. When the server was not reached, or
did not answer, it stops with 2: send the same lines again, since each is recorded only once.
"""

import argparse
import asyncio
import json
import ssl
import sys
from collections.abc import Iterable
from typing import Any

import nats  # pip install "nats-py[nkeys]"
import nats.errors

USER = "ingest-training"
ANSWER_SECONDS = 10


async def confirm(
    client: nats.NATS, agency: str, source: str, record: dict[str, Any]
) -> dict[str, Any]:
    """Send one confirmation, and give the answer."""
    event = {
        "specversion": "1.0",
        "type": "training.confirmation.v1",
        "source": source,
        "id": record["id"],
        "data": record["data"],
    }
    subject = f"ingest.{agency}.training.confirmation"
    reply = await client.request(subject, json.dumps(event).encode(), timeout=ANSWER_SECONDS)
    answer: dict[str, Any] = json.loads(reply.data)
    return answer


async def send(given: argparse.Namespace, lines: Iterable[str]) -> bool:
    """Send each line; say whether all were accepted."""
    client = await nats.connect(
        given.server,
        nkeys_seed=given.seed,
        tls=ssl.create_default_context(cafile=given.authority),
        inbox_prefix=f"_INBOX.{USER}",
        allow_reconnect=False,
    )
    accepted = True
    try:
        for line in lines:
            record = json.loads(line)
            answer = await confirm(client, given.agency, given.source, record)
            sys.stdout.write(json.dumps({"id": record["id"], **answer}) + "\n")
            accepted = accepted and answer["accepted"]
    finally:
        await client.close()
    return accepted


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    for name in ("--server", "--agency", "--seed", "--authority", "--source"):
        arguments.add_argument(name, required=True)
    try:
        sys.exit(0 if asyncio.run(send(arguments.parse_args(), sys.stdin)) else 1)
    except (nats.errors.Error, OSError) as problem:
        sys.stderr.write(f"not sent: {type(problem).__name__}: {problem}\n")
        sys.exit(2)
