"""Rosters for tests: the sample's, and folders that are written row by row. All synthetic."""

from __future__ import annotations

import csv
import zipfile
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from services.incidents.enrolment import Enrolment
from shared.desk import Desk
from shared.keyring import Keyring, master_key
from shared.wire.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SAMPLE = Path(__file__).parents[2] / "samples" / "snohomish-sd" / "oneroster"
PLANS = SAMPLE.parent / "plans.csv"
TODAY = date(2026, 3, 2)
BY = "staff-1"

USERS = {
    "1.1": (
        *("sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role"),
        *("username", "userIds", "givenName", "familyName", "identifier", "grades"),
    ),
    "1.2": (
        *("sourcedId", "status", "dateLastModified", "enabledUser", "username", "userIds"),
        *("givenName", "familyName", "identifier", "grades", "primaryOrgSourcedId", "pronouns"),
    ),
}
DEMOGRAPHICS = (
    *("sourcedId", "status", "dateLastModified", "birthDate", "sex"),
    *("americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican"),
    *("nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces"),
    "hispanicOrLatinoEthnicity",
)
ROLES = ("sourcedId", "status", "userSourcedId", "roleType", "role", "orgSourcedId")


class DistrictDesk(Desk):
    """The desk that keeps a roster."""

    name = "incidents"


@contextmanager
def enrolment(folder: Path, store: Store | None = None) -> Iterator[Enrolment]:
    keyring = Keyring(Store(f"sqlite:///{folder}/keys.sqlite"), master_key(folder / "master.key"))
    store = store or Store(f"sqlite:///{folder}/incidents.sqlite")
    now = datetime.combine(TODAY, datetime.min.time(), UTC)
    desk = DistrictDesk("sample-sd", store, keyring, lambda: now)
    try:
        yield Enrolment(desk, lambda: TODAY)
    finally:
        desk.close()


def student(number: int, **cells: str) -> dict[str, str]:
    """A row of users.csv and of demographics.csv at once."""
    given = {
        "sourcedId": f"stu-{number}",
        "status": "active",
        "dateLastModified": "2025-08-25T09:00:00.000Z",
        "orgSourcedIds": "org-1",
        "primaryOrgSourcedId": "org-1",
        "role": "student",
        "givenName": "Specimen",
        "familyName": f"Sample-{number}",
        "identifier": f"7{number:05}",
        "birthDate": "2010-02-28",
        "sex": "female",
        "white": "true",
        "hispanicOrLatinoEthnicity": "false",
    }
    return given | cells


def write_roster(
    folder: Path, students: Sequence[dict[str, str]], *, version: str = "1.1", mode: str = "bulk"
) -> Path:
    """Write a OneRoster folder."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"orgs": "bulk", "users": mode, "demographics": mode}
    if version == "1.2":
        files["roles"] = mode
        roles = [
            {
                "sourcedId": f"role-{row['sourcedId']}",
                "status": "active",
                "userSourcedId": row["sourcedId"],
                "roleType": "primary",
                "role": "student",
                "orgSourcedId": "org-1",
            }
            for row in students
        ]
        _write(folder / "roles.csv", ROLES, roles)
    properties = {"manifest.version": "1.0", "oneroster.version": version}
    properties |= {f"file.{name}": how for name, how in files.items()}
    rows = [{"propertyName": name, "value": value} for name, value in properties.items()]
    _write(folder / "manifest.csv", ("propertyName", "value"), rows)
    school = {"sourcedId": "org-1", "name": "Sample School", "type": "school", "identifier": "9001"}
    _write(folder / "orgs.csv", ("sourcedId", "name", "type", "identifier"), [school])
    _write(folder / "users.csv", USERS[version], students)
    _write(folder / "demographics.csv", DEMOGRAPHICS, students)
    return folder


def zipped(folder: Path) -> Path:
    """The same as a zip file, with a folder in it as some programs make one."""
    packed = folder.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, f"export/{file.name}")
    return packed


def _write(file: Path, columns: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
