"""Ed-Fi: a district's incidents as resources of the Ed-Fi data standard 5.0 (ODS/API 7).

The file holds lists under the names of the resources, in the order in which they are posted. Each
has a natural key, so that posting the same file again changes nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from services.incidents.catalogs import OFFENSES
from services.incidents.words import Involved
from shared.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.incidents.outgoing import Outgoing

STANDARD = "5.0"
CASE_NUMBER_CHARACTERS_MAX = 20
ED_FI = "uri://ed-fi.org"
PARTICIPATION = {
    Involved.SUSPECT: "Perpetrator",
    Involved.VICTIM: "Victim",
    Involved.WITNESS: "Witness",
}
"""The standard's own codes; it has none for another part."""


def document(org: str, outgoing: Sequence[Outgoing]) -> dict[str, Any]:
    """The resources of an export.

    Args:
        org: slug of the district, whose namespace the descriptors of offenses are in.
        outgoing: the incidents.

    Raises:
        Refused: a school has no SchoolId.
    """
    offenses = sorted({code for each in outgoing for code in each.incident.offenses})
    people = [(each, person) for each in outgoing for person in each.people]
    return {
        "dataStandard": STANDARD,
        "behaviorDescriptors": [_descriptor(org, code) for code in offenses],
        "disciplineIncidents": [_incident(org, each) for each in outgoing],
        "studentDisciplineIncidentBehaviorAssociations": [
            {"behaviorDescriptor": _behavior(org, each.incident.offenses[0])}
            | _association(each, person.number, person.part.involved)
            for each, person in people
            if person.part.involved is Involved.SUSPECT
        ],
        "studentDisciplineIncidentNonOffenderAssociations": [
            _association(each, person.number, person.part.involved)
            for each, person in people
            if person.part.involved is not Involved.SUSPECT
        ],
    }


def as_json(resources: dict[str, Any]) -> bytes:
    """The resources as a file, the same for the same."""
    return (json.dumps(resources, indent=2, ensure_ascii=False) + "\n").encode()


def _namespace(org: str) -> str:
    return f"uri://{org}/BehaviorDescriptor"


def _behavior(org: str, code: str) -> str:
    return f"{_namespace(org)}#{code}"


def _descriptor(org: str, code: str) -> dict[str, str]:
    name = OFFENSES[code].name
    return {"namespace": _namespace(org), "codeValue": code, "shortDescription": name[:75]}


def _incident(org: str, each: Outgoing) -> dict[str, Any]:
    known, told = each.incident, each.incident.told
    found: dict[str, Any] = {
        "incidentIdentifier": known.reference,
        "schoolReference": {"schoolId": _school_id(each)},
        "incidentDate": known.on.isoformat(),
        "reportedToLawEnforcement": True,
        "behaviors": [
            {
                "behaviorDescriptor": _behavior(org, code),
                "behaviorDetailedDescription": OFFENSES[code].name,
            }
            for code in known.offenses
        ],
    }
    if each.received_at is not None:
        found["incidentTime"] = f"{each.received_at:%H:%M:%S}"
    if known.number is not None and len(known.number) <= CASE_NUMBER_CHARACTERS_MAX:
        found["caseNumber"] = known.number
    reporter = "Law enforcement officer" if told and told.self_initiated else "Staff"
    if (told and told.self_initiated) or known.noted:
        found["reporterDescriptionDescriptor"] = f"{ED_FI}/ReporterDescriptionDescriptor#{reporter}"
    return found


def _association(each: Outgoing, student: str, involved: Involved) -> dict[str, Any]:
    found: dict[str, Any] = {
        "disciplineIncidentReference": {
            "incidentIdentifier": each.incident.reference,
            "schoolId": _school_id(each),
        },
        "studentReference": {"studentUniqueId": student},
    }
    if involved in PARTICIPATION:
        code = "disciplineIncidentParticipationCodeDescriptor"
        value = f"{ED_FI}/{code[0].upper()}{code[1:]}#{PARTICIPATION[involved]}"
        found["disciplineIncidentParticipationCodes"] = [{code: value}]
    return found


def _school_id(each: Outgoing) -> int:
    if each.codes.school_id is None:
        fix = "give it with `accord import buildings`"
        raise Refused("C-DATA-3", f"{each.incident.school} has no school_id: {fix}", "school")
    return each.codes.school_id
