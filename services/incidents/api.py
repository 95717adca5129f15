"""The JSON interface: what systems of the organisation send, and the lists for its staff."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import APIRouter, Header
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.incidents.call import CallRecord
from services.incidents.incident import IncidentRecord
from services.incidents.intake import answered
from services.incidents.words import Channel
from shared.contracts.incidents import AnswerV1
from shared.errors import Refused
from shared.files import outside_token
from shared.web import Staff

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk
    from services.incidents.intake import Kind
    from shared.settings import Settings

T = TypeVar("T")


def agency_router(desk: CallsDesk) -> APIRouter:
    """The blotter for staff of the agency."""
    routes = APIRouter(prefix="/api", tags=["incidents"])

    def calls(staff: Staff) -> list[CallRecord]:
        """Every call, the latest first."""
        return shown(lambda: desk.calls(by=staff))

    def call(staff: Staff, number: str) -> CallRecord:
        """One call."""
        return shown(lambda: desk.call(number, by=staff))

    routes.add_api_route("/calls", calls)
    routes.add_api_route("/calls/{number}", call)
    return routes


def district_router(desk: DistrictDesk) -> APIRouter:
    """The incidents for staff of the district; students are in sealed boxes here too."""
    routes = APIRouter(prefix="/api", tags=["incidents"])

    def incidents(staff: Staff) -> list[IncidentRecord]:
        """Every incident that is yours to read, the latest first."""
        return shown(lambda: desk.incidents(by=staff))

    routes.add_api_route("/incidents", incidents)
    return routes


def systems_router(kinds: Sequence[Kind], settings: Settings) -> APIRouter:
    """The routes of the organisation's own systems, which may report and nothing else."""
    routes = APIRouter(prefix="/api/events", tags=["incidents"])
    token = outside_token(settings.folder, "incidents")

    def taking(kind: Kind) -> Any:
        async def take(
            request: Request, response: Response, authorization: Annotated[str, Header()] = ""
        ) -> AnswerV1:
            if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
                raise HTTPException(401, "Send the token of the systems as Bearer.")
            body = await request.body()
            answer = await asyncio.to_thread(answered, kind, Channel.API, request.headers, body)
            response.status_code = _status(answer)
            return answer

        take.__doc__ = (
            f"Take a CloudEvent of type `{kind.type}`, structured or binary.\n\n201: recorded; 200:"
            " known already; 422: not taken, with reasons. The same source and id again record"
            " nothing."
        )
        return take

    for kind in kinds:
        routes.add_api_route(
            f"/{kind.name}",
            taking(kind),
            methods=["POST"],
            status_code=201,
            name=kind.name,
            responses={200: {"model": AnswerV1}, 422: {"model": AnswerV1}},
            openapi_extra={"requestBody": _described(kind)},
        )
    return routes


def shown(question: Callable[[], T]) -> T:
    """The answer to a question; 403 for who may not ask it, 404 for what does not exist."""
    try:
        return question()
    except Refused as refused:
        reason = f"{refused.reason[0].upper()}{refused.reason[1:]}."
        raise HTTPException(403 if refused.field == "by" else 404, reason) from None


def _status(answer: AnswerV1) -> int:
    if not answer.accepted:
        return 422
    return 201 if answer.recorded else 200


def _described(kind: Kind) -> dict[str, Any]:
    event = {
        "type": "object",
        "required": ["specversion", "type", "source", "id", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "type": {"const": kind.type},
            "source": {"type": "string", "maxLength": 200},
            "id": {"type": "string", "maxLength": 200},
            "data": kind.accepts.model_json_schema(),
        },
    }
    return {"required": True, "content": {"application/cloudevents+json": {"schema": event}}}
