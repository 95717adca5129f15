"""Who may do what, as docs/roles.md says it: written from the desks' rights, and read by tests.

`python -m tests.roles` writes the tables again; read the difference before you keep it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from services.complaints.application import ComplaintsDesk
from services.complaints.review_desk import ReviewsDesk
from services.complaints.rights import AUDITOR
from services.complaints.tipline import TipLine
from services.directory.application import DirectoryDesk
from services.hiring.agency_desk import AgencyDesk as HiringAtAgency
from services.hiring.district_desk import DistrictDesk as HiringAtDistrict
from services.incidents.calls_desk import CallsDesk
from services.incidents.district_desk import DistrictDesk as IncidentsAtDistrict
from services.incidents.rights import DATA_OFFICER, OFFICER
from services.training.agency_desk import AgencyDesk
from services.training.district_desk import DistrictDesk
from shared.contracts.directory import Role
from shared.who_may import BY_PASSPHRASE, OPERATOR, PUBLIC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.who_may import Commanded, Right

PAGE = Path(__file__).parents[1] / "docs" / "roles.md"
YES, OWN_SCHOOL, UNPLACED, NO = "yes", "own school", "until placed", "-"
GIVEN, COMPLAINANT = "given to", "complainant"
AT_THE_AGENCY = ("agency_reviewer", "agency_head", "agency_training_coordinator")
AT_THE_DISTRICT = tuple(role for role in get_args(Role) if role not in AT_THE_AGENCY)

TABLES: dict[str, tuple[tuple[type[Commanded], ...], Sequence[str]]] = {
    "Complaints at the district": (
        (ComplaintsDesk, TipLine),
        (*AT_THE_DISTRICT, AUDITOR, GIVEN, COMPLAINANT, PUBLIC),
    ),
    "Complaints at the agency": ((ReviewsDesk,), (*AT_THE_AGENCY, AUDITOR)),
    "Training at the district": ((DistrictDesk,), (*AT_THE_DISTRICT, AUDITOR, OPERATOR)),
    "Training at the agency": ((AgencyDesk,), (*AT_THE_AGENCY, AUDITOR, OPERATOR)),
    "Incidents at the district": (
        (IncidentsAtDistrict,),
        (*AT_THE_DISTRICT, DATA_OFFICER, OFFICER, AUDITOR, OPERATOR),
    ),
    "Calls at the agency": (
        (CallsDesk,),
        (*AT_THE_AGENCY, DATA_OFFICER, OFFICER, AUDITOR, OPERATOR),
    ),
    "Hiring at the district": ((HiringAtDistrict,), (*AT_THE_DISTRICT, AUDITOR, GIVEN, OPERATOR)),
    "Hiring at the agency": ((HiringAtAgency,), (*AT_THE_AGENCY, AUDITOR, GIVEN, OPERATOR)),
    "The directory of either": ((DirectoryDesk,), (*get_args(Role), AUDITOR, OPERATOR)),
}


def cell(right: Right, column: str) -> str:
    """Whether a right lets a column's people give its command."""
    if right is BY_PASSPHRASE or column == COMPLAINANT:
        return YES if right is BY_PASSPHRASE and column == COMPLAINANT else NO
    if column in right.roles or (column == GIVEN and right.assigned):
        return YES
    ways = {OWN_SCHOOL: right.at_school, UNPLACED: right.no_school}
    return next((way for way, roles in ways.items() if column in roles), NO)


def table(title: str) -> str:
    """One table, from the rights of its desks."""
    desks, columns = TABLES[title]
    names = [each.replace("_", " ") for each in columns]
    rows = [f"| command | clause | {' | '.join(names)} |", f"|---|---|{'---|' * len(columns)}"]
    for desk in desks:
        for command, right in desk.rights.items():
            cells = " | ".join(cell(right, column) for column in columns)
            rows.append(f"| {command} | {right.clause} | {cells} |")
    return "\n".join(rows) + "\n"


def said(title: str) -> dict[str, dict[str, str]]:
    """What the page says: for each command, each column's cell."""
    columns = TABLES[title][1]
    rows = re.findall(r"^\| (\w+) \| (?:C-[A-Z]+-\d+) \| (.+) \|$", on_page(title), re.MULTILINE)
    return {command: dict(zip(columns, cells.split(" | "), strict=True)) for command, cells in rows}


def on_page(title: str) -> str:
    """The table under a heading of the page."""
    found = _under(title).search(PAGE.read_text("utf-8"))
    assert found, f"{PAGE} has a heading {title}"
    return found[2]


def write() -> None:
    """Put each table anew under its heading."""
    text = PAGE.read_text("utf-8")
    for title in TABLES:
        heading, old = f"## {title}\n\n", on_page(title)
        text = text.replace(heading + old, heading + table(title))
    PAGE.write_text(text, "utf-8")


def _under(title: str) -> re.Pattern[str]:
    return re.compile(rf"(## {re.escape(title)}\n\n)((?:\|.*\n)+)")


if __name__ == "__main__":
    write()
