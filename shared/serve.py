"""Serve one service: its pages and API over HTTP, and its contracts over the bus, in one process.

HTTP does not wait for the bus: what is recorded while it is away leaves when it is back.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn

from shared.memory import settle
from shared.wire.bus import Bus
from shared.wire.channels import asyncapi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.service import Service
    from shared.settings import Settings

__all__ = ["asyncapi", "serve"]

TICK_SECONDS = 10
STOP_SECONDS = 3
log = structlog.get_logger()


def serve(service: Service, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT, then stop in order."""
    log_as_json(service.name, service.desk.org)
    _add_health(service)
    settle()
    asyncio.run(_serve(service, settings))


async def _serve(service: Service, settings: Settings) -> None:
    handled = asyncio.Event()
    bus = Bus(service, settings, handled.set)
    web = _Web(
        uvicorn.Config(
            service.app,
            host=settings.host_of(service.name),
            port=settings.ports[service.name],
            access_log=False,  # a query may hold what somebody typed
            proxy_headers=bool(settings.proxy),
            forwarded_allow_ips=settings.proxy or None,
            server_header=False,
            log_config=None,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )
    loop = asyncio.get_running_loop()
    for stop in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop, web.stop)
    background = [asyncio.create_task(bus.run()), asyncio.create_task(_tick(service, handled))]
    for each in background:
        each.add_done_callback(lambda _: web.stop())
    log.info("serving", port=settings.ports[service.name])
    await web.serve()
    for each in background:
        each.cancel()
    for each in background:
        with suppress(asyncio.CancelledError):
            await each
    service.desk.saved = lambda: None  # the loop that it woke is gone
    log.info("stopped")


async def _tick(service: Service, handled: asyncio.Event) -> None:
    """Look at the clocks every few seconds, and after contracts were received."""
    while True:
        handled.clear()
        try:
            await asyncio.to_thread(service.tick)
        except Exception as error:
            log.error("clocks not looked at", error=type(error).__name__)  # noqa: TRY400  # its text may be personal
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK_SECONDS):
                await handled.wait()
        await asyncio.sleep(0.2)  # so that a long batch is looked at once, not a thousand times


class _Web(uvicorn.Server):
    """A web server that leaves the signals to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True


def _add_health(service: Service) -> None:
    @service.app.get("/health", include_in_schema=False)
    def health() -> dict[str, Any]:
        """Where the service stands."""
        link = service.link
        return {
            "service": service.name,
            "org": service.desk.org,
            "position": service.desk.last_position(),
            "bus_up": link.bus_up,
            "counterpart_up": link.counterpart_up,
            "since": link.since.isoformat(),
            "backlog": link.backlog,
            "letters": link.letters,
        }


def log_as_json(service: str, org: str) -> None:
    """Logs go to stderr, one JSON object a line; nothing personal is ever logged."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format='{"log": "%(message)s"}')
    # it warns at each end of a TLS connection of something that does not matter
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    structlog.contextvars.bind_contextvars(service=service, org=org)
