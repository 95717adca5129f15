"""The tip line's webhook: where mail servers, SMS gateways and call systems hand messages in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from shared.web import Limit, limited

if TYPE_CHECKING:
    from services.complaints.tipline import TipLine

NAMES = {"message/rfc822": "tip.eml", "application/x-ndjson": "tips.jsonl"}
"""What a content type says the message is; anything else is read as it looks."""


TIPS = Limit("tips", an_address=600, in_all=1_200, minutes=10)
"""A gateway hands in many; told to wait, it tries again and nothing is doubled."""
CONTENT = (*NAMES, "application/json", "application/x-www-form-urlencoded")


class KeptForAPerson(BaseModel):
    """A message that could not be read: it is kept, and a person will look at it."""

    line: int
    field: str
    reason: str


class ReceiptGiven(BaseModel):
    """Enough for the sender to follow the complaint without an account."""

    number: str
    passphrase: str


class TipsTaken(BaseModel):
    """What came of the messages."""

    received: list[ReceiptGiven]
    kept_for_a_person: list[KeptForAPerson]


def router(tip_line: TipLine) -> APIRouter:
    """The route `POST /api/tips` (C-COMP-2).

    201 with receipts; 422 when something could not be read, naming the field. A message handed in
    twice is one complaint with one receipt, so a gateway may always try again.
    """
    routes = APIRouter()

    @routes.post(
        "/api/tips",
        status_code=201,
        response_model=TipsTaken,
        dependencies=[Depends(limited(TIPS))],
        responses={422: {"model": TipsTaken, "description": "Something could not be read."}},
        openapi_extra={"requestBody": {"content": {name: {} for name in CONTENT}}},
    )
    async def tips(request: Request) -> Any:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        raw = await request.body()
        taken = await run_in_threadpool(tip_line.take, raw, name=NAMES.get(kind, ""))
        answer = TipsTaken(
            received=[ReceiptGiven(**receipt._asdict()) for receipt in taken.receipts],
            kept_for_a_person=[
                KeptForAPerson(line=each.line, field=each.field, reason=each.reason)
                for each in taken.rejected
            ],
        )
        return JSONResponse(answer.model_dump(), status_code=422 if taken.rejected else 201)

    return routes
