"""The JSON interface: the matrix for staff, and confirmations from the agency's training system."""

from __future__ import annotations

import asyncio
import secrets
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.training.badges import issuer_keys
from services.training.intake import TYPE, answered
from services.training.views import lines
from services.training.words import Channel
from shared.contracts.training import ConfirmationAnswerV1, ConfirmationV1
from shared.files import outside_token
from shared.web import Staff

if TYPE_CHECKING:
    from services.training.agency_desk import AgencyDesk
    from services.training.application import TrainingDesk
    from shared.settings import Settings


class CellShown(BaseModel):
    """How one officer stands to one requirement (C-TRN-11)."""

    officer: str
    requirement: str
    title: str
    kind: str
    kept_by: str
    status: str
    on: date | None
    """The last day of what the status says; null where it holds for good."""
    known: bool
    """False where `on` is only the earliest possible day."""
    reason: str
    notice: str
    catalog: str
    confirmations: str
    events: str
    """Numbers of the events of the officer's file it rests on."""


def router(desk: TrainingDesk) -> APIRouter:
    """The routes of both organisations."""
    routes = APIRouter(prefix="/api", tags=["training"])

    def matrix(
        staff: Staff, as_of: date | None = None, known_on: date | None = None
    ) -> list[CellShown]:
        """Every officer by requirement as of a day, as known on that day or on `known_on`."""
        day = as_of or desk.today()
        rows = desk.matrix(staff, as_of=day, known_on=known_on or day)
        return [CellShown(**each) for each in lines(rows)]

    routes.add_api_route("/matrix", matrix)
    return routes


def issuer_router(desk: AgencyDesk) -> APIRouter:
    """The route that anyone verifies the agency's badges by."""
    routes = APIRouter(tags=["training"])

    def keys() -> dict[str, Any]:
        """The key that signs the agency's Open Badges, as a JSON Web Key Set."""
        return issuer_keys(desk.keyring)

    routes.add_api_route("/.well-known/jwks.json", keys)
    return routes


def system_router(desk: AgencyDesk, settings: Settings) -> APIRouter:
    """The route of the agency's training system, which may confirm and nothing else."""
    routes = APIRouter(prefix="/api", tags=["training"])
    token = outside_token(settings.folder, "training")

    async def confirm(
        request: Request, response: Response, authorization: Annotated[str, Header()] = ""
    ) -> ConfirmationAnswerV1:
        """Take a CloudEvent of type `training.confirmation.v1`, structured or binary.

        The answer is 201 when it was recorded, 200 when it was known, 422 with reasons when it was
        not taken. The same source and id again get the same answer and record nothing.
        """
        if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "Send the token of the training system as Bearer.")
        body = await request.body()
        answer = await asyncio.to_thread(answered, desk, Channel.API, request.headers, body)
        response.status_code = _status(answer)
        return answer

    routes.add_api_route(
        "/confirmations",
        confirm,
        methods=["POST"],
        status_code=201,
        responses={200: {"model": ConfirmationAnswerV1}, 422: {"model": ConfirmationAnswerV1}},
        openapi_extra={"requestBody": _described()},
    )
    return routes


def _status(answer: ConfirmationAnswerV1) -> int:
    if not answer.accepted:
        return 422
    return 201 if answer.recorded else 200


def _described() -> dict[str, Any]:
    event = {
        "type": "object",
        "required": ["specversion", "type", "source", "id", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "type": {"const": TYPE},
            "source": {"type": "string", "maxLength": 200},
            "id": {"type": "string", "maxLength": 200},
            "data": ConfirmationV1.model_json_schema(),
        },
    }
    return {"required": True, "content": {"application/cloudevents+json": {"schema": event}}}
