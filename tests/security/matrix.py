"""Who may do what on an organisation's NATS server: the table that is tried cell by cell.

It is written down here apart from the permissions themselves, so that neither can hide a mistake of
the other. `python -m tests.security.matrix` writes it into docs/security.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shared.wire import names

DOCUMENT = Path(__file__).parents[2] / "docs" / "security.md"
BEGIN, END = "<!-- matrix: begin -->", "<!-- matrix: end -->"

SERVICE, OTHER_SERVICE, STEWARD, AUDITOR = "complaints", "directory", "steward", "auditor"
SYSTEM = "outside system"
COUNTERPART = "counterpart"
USERS = (SERVICE, OTHER_SERVICE, STEWARD, AUDITOR, SYSTEM, COUNTERPART)
"""Columns. The counterpart is its server, in the hands of somebody who took off all its limits."""

Way = Literal["request", "read", "publish", "listen"]


@dataclass(frozen=True)
class Attempt:
    """One row: something that somebody tries on the server of an organisation."""

    what: str
    way: Way
    subject: str
    """With what `Names.of` fills in."""
    may: tuple[str, ...] = ()
    body: object = None
    changes: bool = False
    """Whether the streams or consumers differ afterwards, where it is allowed."""


@dataclass(frozen=True)
class Names:
    """The names in the subjects of the attempts on one organisation's server."""

    org: str
    other: str
    kind: str

    def of(self, subject: str, system: str) -> str:
        """A subject of this organisation; `system` is a service that an outside system tells."""
        return subject.format(
            org=self.org,
            other=self.other,
            OWN=names.stream(self.org, "OWN"),
            OUT=names.stream(self.org, "OUT"),
            IN=names.stream(self.other, "IN"),
            THEIRS=names.stream(self.other, "OUT"),
            mine=self.mine,
            system=system,
            another="incidents" if self.kind == "agency" else "training",
            DOOMED=DOOMED,
        )

    @property
    def mine(self) -> str:
        """A consumer of the service's on its own organisation's stream."""
        return names.durable(SERVICE, f"{self.org}.{OTHER_SERVICE}")


AS_IT_IS = "as it is"
"""Sent is the configuration of `own` as it is."""
DOOMED = "doomed"
"""A consumer that is there to be deleted."""
EVERYTHING = {"deliver_policy": "all", "ack_policy": "explicit"}

ATTEMPTS = (
    # publishing
    Attempt("publish its own inside", "request", "accord.{org}.own.complaints.tried", (SERVICE,), {}, True),
    Attempt("publish its own to the counterpart", "request", "accord.{org}.{other}.complaints.tried", (SERVICE,), {}, True),
    Attempt("publish its own to everybody", "request", "accord.{org}.public.complaints.tried", (SERVICE,), {}, True),
    Attempt("publish as `directory`", "request", "accord.{org}.own.directory.tried", (OTHER_SERVICE,), {}, True),
    Attempt("publish as a service that is not there", "request", "accord.{org}.own.hiring.tried"),
    Attempt("publish as the counterpart", "publish", "accord.{other}.{org}.complaints.tried"),
    Attempt("put something into the copy of what the counterpart published", "publish", "dlv.{other}.{org}", (COUNTERPART,)),
    Attempt("put something into the counterpart's copy", "publish", "dlv.{org}.{other}"),
    # reading
    Attempt("read what `complaints` is to receive", "read", "$JS.API.CONSUMER.MSG.NEXT.{OWN}.{mine}", (SERVICE,), {"batch": 1, "no_wait": True}),
    Attempt("see how far `complaints` has read", "request", "$JS.API.CONSUMER.INFO.{OWN}.{mine}", (SERVICE, STEWARD)),
    Attempt("acknowledge what `complaints` received", "publish", "$JS.ACK.{OWN}.{mine}.1.1.1.1.0", (SERVICE,)),
    Attempt("read the delivery to the counterpart", "request", "$JS.API.CONSUMER.MSG.NEXT.{OUT}.{other}"),
    Attempt("read anything of `own`", "request", "$JS.API.DIRECT.GET.{OWN}", (AUDITOR,), {"seq": 1}),
    Attempt("read anything published", "request", "$JS.API.DIRECT.GET.{OUT}", (AUDITOR,), {"seq": 1}),
    Attempt("read anything received", "request", "$JS.API.DIRECT.GET.{IN}", (AUDITOR,), {"seq": 1}),
    Attempt("read the last of `complaints`", "request", "$JS.API.DIRECT.GET.{OWN}.accord.{org}.own.complaints.*", (SERVICE,)),
    Attempt("read the last of `directory`", "request", "$JS.API.DIRECT.GET.{OWN}.accord.{org}.own.directory.*", (OTHER_SERVICE,)),
    Attempt("read a message by the stream's own interface", "request", "$JS.API.STREAM.MSG.GET.{OWN}", (), {"seq": 1}),
    Attempt("listen to everything published", "listen", "accord.>"),
    Attempt("listen to everything", "listen", ">"),
    Attempt("listen to the delivery to the counterpart", "listen", "dlv.{org}.{other}", (COUNTERPART,)),
    Attempt("listen to others' answers", "listen", "_INBOX.>"),
    Attempt("listen to the answers to `directory`", "listen", "_INBOX.directory.>", (OTHER_SERVICE,)),
    Attempt("listen to answers that cross the link", "listen", "_R_.>"),
    Attempt("listen to who manages streams", "listen", "$JS.API.>"),
    Attempt("listen to what JetStream announces", "listen", "$JS.EVENT.>"),
    Attempt("listen to what the server tells its operator", "listen", "$SYS.>"),
    # streams and consumers
    Attempt("list streams", "request", "$JS.API.STREAM.NAMES"),
    Attempt("see the account's use", "request", "$JS.API.INFO"),
    Attempt("see a stream's state", "request", "$JS.API.STREAM.INFO.{OWN}", (STEWARD, AUDITOR)),
    Attempt("make a stream", "request", "$JS.API.STREAM.CREATE.TRIED", (), {"name": "TRIED", "subjects": ["tried.>"]}),
    Attempt("make the stream of `own` as it is", "request", "$JS.API.STREAM.CREATE.{OWN}", (STEWARD,), AS_IT_IS),
    Attempt("change a stream", "request", "$JS.API.STREAM.UPDATE.{OWN}", (STEWARD,), AS_IT_IS),
    Attempt("delete a stream", "request", "$JS.API.STREAM.DELETE.{OWN}"),
    Attempt("purge `own`", "request", "$JS.API.STREAM.PURGE.{OWN}"),
    Attempt("purge what is published", "request", "$JS.API.STREAM.PURGE.{OUT}"),
    Attempt("purge the copy", "request", "$JS.API.STREAM.PURGE.{IN}"),
    Attempt("delete a message", "request", "$JS.API.STREAM.MSG.DELETE.{OWN}", (), {"seq": 1}),
    Attempt("bring back a stream from a copy", "request", "$JS.API.STREAM.RESTORE.TRIED", (), {}),
    Attempt("take a copy of a stream", "request", "$JS.API.STREAM.SNAPSHOT.{OWN}", (), {"deliver_subject": "tried"}),
    Attempt("make a consumer", "request", "$JS.API.CONSUMER.CREATE.{OWN}.tried.accord.>", (STEWARD,), {"stream_name": "{OWN}", "config": {"name": "tried", "filter_subject": "accord.>", **EVERYTHING}}, True),
    Attempt("make a consumer the old way", "request", "$JS.API.CONSUMER.DURABLE.CREATE.{OWN}.tried", (), {"stream_name": "{OWN}", "config": {"durable_name": "tried", **EVERYTHING}}),
    Attempt("make a consumer without a name", "request", "$JS.API.CONSUMER.CREATE.{OWN}", (), {"stream_name": "{OWN}", "config": EVERYTHING}),
    Attempt("delete a consumer", "request", "$JS.API.CONSUMER.DELETE.{OWN}.{DOOMED}", (STEWARD,), None, True),
    Attempt("pause a consumer", "request", "$JS.API.CONSUMER.PAUSE.{OWN}.{mine}", (), {"pause_until": "2999-01-01T00:00:00Z"}),
    Attempt("reset a consumer", "request", "$JS.API.CONSUMER.RESET.{OWN}.{mine}", (), {"seq": 1}),
    Attempt("list consumers", "request", "$JS.API.CONSUMER.NAMES.{OWN}"),
    # between the organisations
    Attempt("reset the delivery to the counterpart", "request", "api.{org}.CONSUMER.RESET.{OUT}.{other}", (COUNTERPART,), {"seq": 1}),
    Attempt("reset the delivery from the counterpart", "request", "api.{other}.CONSUMER.RESET.{THEIRS}.{org}", (STEWARD,), {"seq": 1}),
    Attempt("purge by the counterpart's interface", "request", "api.{org}.STREAM.PURGE.{OWN}"),
    Attempt("slow the delivery to the counterpart down", "publish", "$JS.FC.{OUT}.{other}.tried", (COUNTERPART,)),
    Attempt("ask what was published to the counterpart", "request", "ask.{org}.{other}.complaints", (COUNTERPART,)),
    Attempt("ask what was published to everybody", "request", "ask.{org}.public.complaints"),
    Attempt("ask what `directory` published inside", "request", "ask.{org}.own.directory", (SERVICE,)),
    Attempt("ask what `complaints` published inside", "request", "ask.{org}.own.complaints"),
    Attempt("ask what the counterpart's `complaints` published to us", "request", "ask.{other}.{org}.complaints", (SERVICE,)),
    Attempt("ask what the counterpart's `complaints` published inside", "request", "ask.{other}.own.complaints"),
    Attempt("answer for `complaints`", "listen", "ask.{org}.*.complaints", (SERVICE,)),
    Attempt("answer for `directory`", "listen", "ask.{org}.*.directory", (OTHER_SERVICE,)),
    # systems outside
    Attempt("tell a service what an outside system tells it", "request", "ingest.{org}.{system}.tried", (SYSTEM,)),
    Attempt("tell a service what none or another outside system tells it", "request", "ingest.{org}.{another}.tried"),
    Attempt("tell `directory` something", "request", "ingest.{org}.directory.tried"),
    Attempt("hear what outside systems tell `complaints`", "listen", "ingest.{org}.complaints.*", (SERVICE,)),
    Attempt("hear what outside systems tell anybody", "listen", "ingest.>"),
    # the server itself
    Attempt("ask the server about itself", "request", "$SYS.REQ.SERVER.PING"),
    Attempt("have the server read its configuration", "request", "$SYS.REQ.SERVER.X.RELOAD"),
)  # fmt: skip


def table() -> str:
    """The matrix as a table for people."""
    rows = [("", *USERS), ("---", *(":-:" for _ in USERS))]
    rows += [
        (each.what, *("yes" if user in each.may else "no" for user in USERS)) for each in ATTEMPTS
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def documented() -> str:
    """What docs/security.md has between its marks."""
    return DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0].strip()


def body(attempt: Attempt, fill: Names) -> bytes:
    """What is sent with an attempt on the server of an organisation."""
    if attempt.body is None:
        return b""
    return json.dumps(attempt.body).replace("{OWN}", names.stream(fill.org, "OWN")).encode()


def main() -> None:
    """Write the table into the document."""
    text = DOCUMENT.read_text()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    DOCUMENT.write_text(f"{head}{BEGIN}\n{table()}\n{END}{tail}")


if __name__ == "__main__":
    main()
