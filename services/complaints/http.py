"""Pages and API of the complaints services: translation only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI

if TYPE_CHECKING:
    from services.complaints.application import ComplaintsDesk
    from services.complaints.review_desk import ReviewsDesk
    from services.complaints.tipline import TipLine
    from shared.service import LinkStatus
    from shared.settings import Settings


def district_app(
    settings: Settings, desk: ComplaintsDesk, tip_line: TipLine, link: LinkStatus
) -> FastAPI:
    """The district's pages: the form, the status page, docket, matters, appeals."""
    return FastAPI()


def agency_app(settings: Settings, desk: ReviewsDesk, link: LinkStatus) -> FastAPI:
    """The agency's pages: its inbox and cases."""
    return FastAPI()
