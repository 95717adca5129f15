"""The deployment under test: docker-compose.yml as it is, with a project and ports of its own."""

from __future__ import annotations

import json
import os
import re
import ssl
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
KNOCK = (Path(__file__).parent / "knock.py").read_text()
PROJECT = "accord-test"
ORGANISATIONS = {"district": "snohomish-sd", "agency": "snohomish-pd"}
HTTPS = {"district": 18443, "agency": 18444}
LEAF = 17422
NATS = 14222
START_SECONDS = 420
COMMAND_SECONDS = 480
DESK = """
from pathlib import Path
from services.complaints.application import ComplaintsDesk
from services.complaints.review_desk import ReviewsDesk
from shared.settings import Settings
settings = Settings.of("{org}", Path("data"))
with {desk}.of(settings) as desk:
    {work}
"""

Doors = dict[str, list[tuple[int, int]]]
"""By host, ranges of ports: first and last."""
T = TypeVar("T")


def eventually(ask: Callable[[], T | None], *, within: float = 60.0) -> T:
    """What a question answers once the answer is true; fails when it never is."""
    until = time.monotonic() + within
    while True:
        answer = ask()
        if answer or time.monotonic() > until:
            assert answer, f"not within {within:.0f} s"
            return answer
        time.sleep(1)


class Deployment:
    """Both organisations in containers on this machine."""

    def __init__(self) -> None:
        self._environment = os.environ | {
            "COMPOSE_PROJECT_NAME": PROJECT,
            "DISTRICT_URL": f"https://{{service}}.district.localhost:{HTTPS['district']}",
            "AGENCY_URL": f"https://{{service}}.agency.localhost:{HTTPS['agency']}",
            "DISTRICT_HTTPS": f"127.0.0.1:{HTTPS['district']}",
            "AGENCY_HTTPS": f"127.0.0.1:{HTTPS['agency']}",
            "LEAF_LISTEN": f"127.0.0.1:{LEAF}",
            "COMPOSE_PROFILES": "district,agency,agency-outside",
            "AGENCY_NATS": f"127.0.0.1:{NATS}",
        }

    # --- Commands ---------------------------------------------------------------------------------

    def compose(self, *arguments: str, given: str | None = None) -> str:
        """Give a command to `docker compose`; what it prints."""
        return self._run("docker", "compose", *arguments, given=given)

    def docker(self, *arguments: str, given: str | None = None) -> str:
        """Give a command to `docker`; what it prints."""
        return self._run("docker", *arguments, given=given)

    def _run(self, *command: str, given: str | None) -> str:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self._environment,
            input=given or "",
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def up(self) -> None:
        """Start all, and wait until everything is healthy."""
        self.compose("up", "--detach", "--wait", "--wait-timeout", str(START_SECONDS))

    def inside(self, kind: str, service: str, *command: str, given: str | None = None) -> str:
        """Give a command in a service's container."""
        return self.compose("exec", "-T", f"{kind}-{service}", *command, given=given)

    def accord(self, kind: str, service: str, *arguments: str) -> str:
        """Give an `accord` command in a service's container."""
        return self.inside(kind, service, "accord", *arguments)

    def at_desk(self, kind: str, work: str) -> Any:
        """Work at the complaints desk in its container; what it assigns to `answer`."""
        desk = {"district": "ComplaintsDesk", "agency": "ReviewsDesk"}[kind]
        script = DESK.format(org=ORGANISATIONS[kind], desk=desk, work=work.replace("\n", "\n    "))
        script += "import json\nprint(json.dumps(answer))\n"
        return json.loads(self.inside(kind, "complaints", "python", "-", given=script))

    # --- What is there ----------------------------------------------------------------------------

    def all_is_well(self) -> bool:
        """Whether `accord status` is green at both."""
        try:
            for kind in ORGANISATIONS:
                self.accord(kind, "complaints", "status")
        except AssertionError:
            return False
        return True

    def running(self, kind: str) -> dict[str, dict[str, Any]]:
        """The engine's word on each container of an organisation that runs, by its name."""
        names = self.compose("ps", "--format", "{{.Service}} {{.Name}}").splitlines()
        mine = dict(line.split() for line in names if line.startswith(f"{kind}-"))
        inspected = json.loads(self.docker("inspect", *mine.values()))
        return dict(zip(mine, inspected, strict=True))

    def knock(self, container: str, doors: Doors | None = None) -> Any:
        """What listens in a container's network, or which of the doors answer from there."""
        given = [json.dumps(doors)] if doors is not None else []
        # their names are not known here: to hear so must not take the resolver's whole patience
        patience = ("--env", "RES_OPTIONS=timeout:1 attempts:1")
        network = ("--network", f"container:{container}")
        where = (*patience, *network, "--entrypoint", "python", "accord", "-")
        found = self.docker("run", "--rm", "--interactive", *where, *given, given=KNOCK)
        return json.loads(found)

    # --- As people reach it -----------------------------------------------------------------------

    def site(self, kind: str, service: str) -> Site:
        """A service's site, through its organisation's proxy, known by its own authority."""
        slug = ORGANISATIONS[kind]
        authority = self.inside(kind, service, "cat", f"/data/{slug}/certificates/ca.pem")
        return Site(f"{service}.{kind}.localhost", HTTPS[kind], authority)


class Site:
    """A browser's part: one name, cookies, and a certificate that must be good for the name.

    No connection is kept.
    """

    def __init__(self, name: str, port: int, authority: str) -> None:
        self._name = name
        self._client = httpx.Client(
            base_url=f"https://127.0.0.1:{port}",
            headers={"Host": f"{name}:{port}", "Connection": "close"},
            verify=ssl.create_default_context(cadata=authority),
            trust_env=False,
            timeout=30,
        )

    def get(self, path: str) -> httpx.Response:
        """Ask for a page."""
        return self._client.get(path, extensions={"sni_hostname": self._name})

    def fill_in(self, path: str, to: str = "", **answers: str) -> httpx.Response:
        """Fill in the form of a page, send it (to the page itself, or there), and follow."""
        page = self.get(path).text
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
        sent = self._client.post(
            to or path, data=hidden | answers, extensions={"sni_hostname": self._name}
        )
        while sent.is_redirect:
            sent = self.get(sent.headers["location"])
        return sent
