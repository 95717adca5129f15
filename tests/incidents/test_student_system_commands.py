"""Every command of docs/student-information-systems.md, in its order, on a district's own data."""

from __future__ import annotations

import json
import re
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from services.incidents.calls_desk import CallsDesk
from services.incidents.district_desk import DistrictDesk
from services.incidents.importing import load_calls, load_places
from shared.contracts.directory import SchoolListedV1
from shared.hearing import heard
from shared.settings import Settings
from shared.who_may import OPERATOR
from tests.cli.command import ROOT, accord
from tests.incidents.samples import AGENCY, DISTRICT, LISTED_ON, Crossing, tell

pytestmark = pytest.mark.xdist_group("student system commands")  # they share the folder

PAGE = (ROOT / "docs" / "student-information-systems.md").read_text("utf-8")
GIVEN = re.findall(r"^accord (.+)$", PAGE, re.MULTILINE)
TOLD = {
    "import roster": (
        "roster: 203 listed, 0 changed, 0 left, 0 unchanged, 0 erased, 0 handed back\n",
        "roster: 0 listed, 0 changed, 0 left, 203 unchanged, 0 erased, 0 handed back\n",
    ),
    "import plans": (
        "plans: 50 loaded, 0 known already, 0 handed back\n",
        "plans: 0 loaded, 50 known already, 0 handed back\n",
    ),
    "import buildings": (
        "buildings: 3 loaded, 0 known already, 0 handed back\n",
        "buildings: 0 loaded, 3 known already, 0 handed back\n",
    ),
    "import discipline": (
        "discipline: 32 loaded, 0 known already, 117 about something else, 0 handed back\n",
        "discipline: 0 loaded, 32 known already, 117 about something else, 0 handed back\n",
    ),
    "skyward export": ("incidents.csv: 77 incidents, 84 rows, 32 students\n",) * 2,
    "skyward check": ("Skyward holds what was exported\n",) * 2,
    "edfi export": ("incidents.json: 77 incidents, 110 rows, 32 students\n",) * 2,
}
"""What each command says, and says when it is given again."""


SETTINGS = "ACCORD_KIND='{kind}'\nACCORD_COUNTERPART='{other}'\nACCORD_FOLDER='{folder}'\n"


def given(line: str) -> list[str]:
    """A command as the page gives it, for this test's district."""
    return re.sub(r"--org \S+", f"--org {DISTRICT}", line).split()


def named(line: str) -> str:
    """The name of a command."""
    return " ".join(line.split()[:2])


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the samples, and a district that was told of the sample's calls.

    Each command of the page has been given there once.
    """
    folder = tmp_path_factory.mktemp("officer")
    shutil.copytree(ROOT / "samples", folder / "samples")
    for org, kind, other in ((DISTRICT, "district", AGENCY), (AGENCY, "agency", DISTRICT)):
        own = folder / "data" / org
        own.mkdir(parents=True)
        settings = SETTINGS.format(kind=kind, other=other, folder=own)
        (own / "accord.env").write_text(settings)
    data, samples = folder / "data", folder / "samples" / "incidents"
    third = SchoolListedV1(
        school="placeholder-middle", title="Third", effective_from=LISTED_ON, effective_to=None
    )
    with (
        CallsDesk.of(Settings.of(AGENCY, data)) as agency,
        DistrictDesk.of(Settings.of(DISTRICT, data)) as district,
    ):
        for desk in (agency, district):
            tell(desk)
            desk.save(*heard(DISTRICT, third))
        load_places(agency, (samples / "places.csv").read_bytes(), by=OPERATOR)
        load_calls(agency, (samples / "calls.csv").read_bytes(), by=OPERATOR)
        Crossing(agency, district).carry()
    give_each(folder, again=False)
    roster = folder / "samples" / "snohomish-sd" / "oneroster"
    wide = shutil.copytree(roster, folder / "wide") / "users.csv"
    wide.write_bytes(wide.read_text("utf-8").encode("utf-16"))
    packed = bytearray(Path(shutil.make_archive(str(folder / "bent"), "zip", roster)).read_bytes())
    packed[packed.index(b"users.csv") + 20] ^= 0xFF  # among what is packed of it
    (folder / "bent.zip").write_bytes(packed)
    return folder


def give_each(here: Path, *, again: bool) -> None:
    """Give each command of the page, and look at what it says."""
    for line in GIVEN:
        if named(line) == "skyward check":
            shutil.copy(here / "incidents.csv", here / "returned.csv")
        result = accord(*given(line), cwd=here)
        said = TOLD[named(line)][again]
        assert (result.returncode, result.stdout) == (0, said), result.stderr


def test_data_9_each_command_of_the_page_does_what_it_says_and_again_changes_nothing(
    here: Path,
) -> None:
    assert {named(line) for line in GIVEN} == set(TOLD)
    give_each(here, again=True)
    assert not list(here.rglob("*.rejected.csv"))


def test_data_4_an_export_is_its_owners_alone_with_a_manifest_of_what_it_holds(here: Path) -> None:
    for line in GIVEN:
        if " export " in line:
            file = here / line.split()[2]
            accord(*given(line), cwd=here)
            manifest = json.loads((here / f"{file.name}.manifest.json").read_text())
            assert manifest["sha256"] == sha256(file.read_bytes()).hexdigest()
            assert (manifest["incidents"], manifest["students"]) == (77, 32)
            assert file.stat().st_mode & 0o777 == 0o600


def test_data_4_a_check_says_what_differs_and_refuses_an_altered_export(here: Path) -> None:
    export = next(line for line in GIVEN if line.startswith("skyward export"))
    accord(*given(export), cwd=here)
    file, back = here / "incidents.csv", here / "back.csv"
    rows = file.read_bytes().split(b"\r\n")
    back.write_bytes(b"\r\n".join([rows[0], rows[1].replace(b"True", b"False"), *rows[3:]]))
    result = accord("skyward", "check", "incidents.csv", "back.csv", cwd=here)
    assert result.returncode == 1
    changed, missing, count = result.stdout.splitlines()
    assert re.fullmatch(r"changed: SV25-\d+, line 2 of back\.csv ReportedToLawEnforcement", changed)
    assert re.fullmatch(r"missing: SV25-\d+, line 3 of incidents\.csv", missing)
    assert count == "2 differences"
    result = accord("skyward", "check", "incidents.csv", "back.csv", "--json", cwd=here)
    assert [each["what"] for each in json.loads(result.stdout)] == ["changed", "missing"]
    file.write_bytes(back.read_bytes())
    result = accord("skyward", "check", "incidents.csv", "back.csv", cwd=here)
    assert (result.returncode, "was altered" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("import roster no-such-folder", 2, "no-such-folder: it can't be read"),
        ("import roster samples/incidents/calls.csv", 2, "neither a folder nor a sound zip file"),
        ("import roster wide", 2, "users.csv: the file is UTF-16"),
        ("import roster bent.zip", 2, "bent.zip: the zip file is damaged"),
        ("import plans samples/incidents/calls.csv", 2, "column student_number is missing"),
        ("import discipline no-such-file", 2, "can't be read"),
        ("skyward export x.csv --from 2026-02-01 --to 2026-01-01", 1, "C-DATA-4 (to)"),
        ("edfi export x.json --from 2026-02-01 --to 2026-03-01 --by staff-1", 1, "C-DATA-4 (by)"),
        ("skyward check samples/incidents/calls.csv x.csv", 2, "can't be read"),
    ],
)
def test_what_can_not_be_done_is_one_line_with_its_fix(
    here: Path, line: str, code: int, words: str
) -> None:
    org = () if "check" in line else ("--org", DISTRICT)
    result = accord(*line.split(), *org, cwd=here)
    assert result.returncode == code
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_data_9_dirty_rosters_plans_and_discipline_come_back_beside_their_file(
    here: Path, tmp_path: Path
) -> None:
    shutil.copytree(here / "samples" / "snohomish-sd", tmp_path / "sd")
    users = tmp_path / "sd" / "oneroster" / "users.csv"
    head, first, second, *others = users.read_text("utf-8").splitlines()
    first = first.replace("Romeo", "")
    users.write_text("\n".join((head, first, second, second, *others)), "utf-8")
    where = ("--org", DISTRICT, "--data", str(here / "data"))
    roster = accord("import", "roster", str(users.parent), *where)
    assert roster.returncode == 1
    told, *notes = roster.stdout.splitlines()
    assert told.endswith("0 listed, 0 changed, 0 left, 202 unchanged, 0 erased, 3 handed back")
    assert len(notes) == 2
    rejected = (users.parent / "users.csv.rejected.csv").read_text("utf-8").splitlines()
    assert len(rejected) == 3

    plans = tmp_path / "sd" / "plans.csv"
    plans.write_text(
        plans.read_text("utf-8") + "799999,IEP,2025-09-01,,\n700001,XYZ,2025-09-01,,\n"
    )
    result = accord("import", "plans", str(plans), *where)
    assert result.returncode == 1
    assert result.stdout.startswith("plans: 0 loaded, 50 known already, 2 handed back")

    sample = here / "samples" / "incidents" / "discipline.csv"
    dirty = tmp_path / "discipline.csv"
    dirty.write_bytes(sample.read_bytes().replace(b"SV25-000002", b"SV25-9").replace(b"RJC", b"RR"))
    result = accord("import", "discipline", str(dirty), *where, "--json")
    assert result.returncode == 1
    told_of = json.loads(result.stdout)
    assert (told_of["left_out"], len(told_of["handed_back"])) == (117, 10)
