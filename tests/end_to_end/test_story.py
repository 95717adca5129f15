"""One complaint from the form to the agency and back, and what it must not tell on the way."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

import httpx
import pytest

from services.complaints.application import FindingGiven
from services.complaints.docket import Docket
from services.complaints.matter import matter_id
from services.complaints.words import (
    AgencyStatus,
    Allegation,
    Conflict,
    Duty,
    Finding,
    Outcome,
    Party,
    Result,
    Stage,
)
from tests.end_to_end.program import Program, eventually

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("end to end")  # they share the running program

NAME = "Robin Placeholder"
CONTACT = "robin.placeholder@example.invalid"
STORY = "He shouted at my child beside locker 0099 and took the phone away."
E_MAIL = "The officer followed us to the parking lot beside door 0088."
TEXT = "officer searched bags at gate 0077 no reason"
SECRETS = (NAME, CONTACT, "locker 0099", "door 0088", "gate 0077", "+15555550177", "sofa 0066")
PRINCIPAL, SUPERINTENDENT, REVIEWER = "staff-1", "staff-4", "agency-2"
SCHOOL, OFFICER = "sample-valley-high", "officer-12"


def file_by_form(program: Program, page: Page) -> tuple[str, str]:
    """Fill in the form as a parent would; gives number and passphrase of the receipt."""
    page.goto(program.url("district", "/complaint"))
    page.get_by_label("School", exact=True).select_option(SCHOOL)
    page.get_by_label("Officer", exact=True).select_option(OFFICER)
    page.get_by_text("Use of force").click()
    page.get_by_label("What happened").fill(STORY)
    page.get_by_label("Your name").fill(NAME)
    page.get_by_label("How can we reach you?").fill(CONTACT)
    page.get_by_role("button", name="Send the complaint").click()
    text = page.locator("main").inner_text()
    number = re.search(r"SRO-\w{4}-\w{4}", text)
    passphrase = re.search(r"\b\w{4}-\w{4}-\w{4}-\w{4}\b", text)
    assert number, text
    assert passphrase, text
    return number.group(), passphrase.group()


def file_by_e_mail(program: Program) -> str:
    message = EmailMessage()
    message["From"], message["Subject"] = CONTACT, "About the officer"
    message.set_content(E_MAIL)
    return tip(program, message.as_bytes(), "message/rfc822")


def file_by_text(program: Program) -> str:
    message = {"from": "+15555550177", "body": TEXT, "message_id": "story-1"}
    return tip(program, json.dumps(message).encode(), "application/json")


def tip(program: Program, raw: bytes, kind: str) -> str:
    answer = httpx.post(
        program.url("district", "/api/tips"),
        content=raw,
        headers={"content-type": kind},
        trust_env=False,
    )
    assert answer.status_code == httpx.codes.CREATED, answer.text
    (received,) = answer.json()["received"]
    number: str = received["number"]
    return number


def test_comp_5_complaints_cross_to_the_agency_and_its_answer_comes_back(
    program: Program, page: Page
) -> None:
    number, passphrase = file_by_form(program, page)
    by_e_mail, by_text = file_by_e_mail(program), file_by_text(program)

    with program.district() as desk, program.agency() as reviews:
        docketed = {entry.number: entry for entry in desk.entries(SUPERINTENDENT)}
        assert {number, by_e_mail, by_text} <= set(docketed)

        def cases() -> dict[str, object]:
            return {case.number: case for case in reviews.cases(REVIEWER)}

        eventually(lambda: {number, by_e_mail, by_text} <= set(cases()))
        case = reviews.seen(number, REVIEWER)
        assert (case.school, case.officer) == (SCHOOL, OFFICER)
        assert not [secret for secret in SECRETS if secret in case.model_dump_json()]

        reference = reviews.acknowledge(number, by=REVIEWER)
        reviews.open_review(number, by=REVIEWER)
        eventually(lambda: desk.seen(number, PRINCIPAL).agency is AgencyStatus.REVIEWING)
        assert desk.seen(number, PRINCIPAL).agency_reference == reference

        desk.declare_conflict(number, by=PRINCIPAL, conflict=Conflict.NONE)
        desk.open_investigation(number, by=PRINCIPAL)
        found = FindingGiven(Allegation.FORCE, Finding.NOT_SUSTAINED, "sofa 0066 was empty")
        desk.determine(number, by=PRINCIPAL, findings=[found], text="We asked everybody.")
        desk.appeal_own(number, passphrase, grounds="Nobody asked the teacher.")
        later = desk.today() + timedelta(days=200)
        desk.extend(
            number,
            by=SUPERINTENDENT,
            duty=Duty.ANSWER_COMPLAINANT,
            reasons="We ask the teacher.",
            anticipated_on=later,
        )
        desk.answer_appeal(
            number,
            by=SUPERINTENDENT,
            party=Party.COMPLAINANT,
            outcome=Outcome.UPHELD,
            text="The teacher saw nothing.",
        )
        reviews.close_review(number, by=REVIEWER, result=Result.NO_ACTION, reasons="Not ours.")
        eventually(lambda: desk.seen(number, PRINCIPAL).agency_result)
        entry = desk.seen(number, PRINCIPAL)
        assert (entry.stage, entry.agency_result) == (Stage.ANSWERED, Result.NO_ACTION)

        eventually(lambda: len(reviews.seen(number, REVIEWER).district) == 4)
        steps = [step.step for step in reviews.seen(number, REVIEWER).district]
        assert steps == ["determined", "appealed", "extended", "answered"]

        before = desk.docket.entries()
        desk.docket.rebuild()
        assert desk.docket.entries() == before, "the replay is not what the read model had"
        state = desk.loaded(matter_id(number), newest=True)
        assert (state.stage, state.clocks) == (entry.stage, entry.clocks)
        assert isinstance(desk.docket, Docket)

    page.goto(program.url("district", "/follow"))
    page.get_by_label("Number").fill(number)
    page.get_by_label("Passphrase").fill(passphrase)
    page.get_by_role("button", name="Show the complaint").click()
    history = page.locator("main").inner_text()
    for told in ("The written determination was issued", "The Superintendent answered your appeal"):
        assert told in history


def test_priv_1_what_people_wrote_is_nowhere_in_stores_streams_and_logs(program: Program) -> None:
    program.file(STORY, "secret-1", complainant=NAME, contact=CONTACT)
    file_by_e_mail(program)
    file_by_text(program)
    eventually(lambda: program.health("district")["backlog"] == 0)
    files = [file for file in program.data.rglob("*") if file.is_file()]
    assert any(file.suffix == ".sqlite" for file in files)
    assert any("jetstream" in file.parts for file in files), "no stream's files were searched"
    assert any(file.suffix == ".log" for file in files)
    found = [(file.name, secret) for file in files for secret in found_in(file)]
    assert not found


def found_in(file: Path) -> list[str]:
    content = file.read_bytes()
    return [secret for secret in SECRETS if secret.encode() in content]


@pytest.mark.parametrize("kind", ["district", "agency"])
def test_everything_answers_and_nothing_was_set_aside(program: Program, kind: str) -> None:
    health = program.health(kind)
    assert (health["bus_up"], health["letters"]) == (True, 0)
    eventually(lambda: program.health(kind)["counterpart_up"])
