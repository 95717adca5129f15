"""What 1EdTech's JSON Schema of an Open Badge asks of the properties that ours has.

Written down from the class AchievementCredential of the final Open Badges 3.0 (Data Model 2.0):
https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json. No
package brings that file. Stricter than it where the specification's text is: both contexts in their
order, the words that a type must hold, and no property but those given here.
"""

from __future__ import annotations

from typing import Any

URI = {"type": "string", "pattern": "^[a-z][a-z0-9+.-]*:."}
INSTANT = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T([0-9]{2}:){2}[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$",
}
TEXT = {"type": "string", "minLength": 1}


def _of(*required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _types(*words: str) -> dict[str, Any]:
    held = [{"contains": {"const": word}} for word in words]
    return {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "allOf": held}


IDENTITY = _of(
    "type",
    "hashed",
    "identityHash",
    "identityType",
    type={"const": "IdentityObject"},
    hashed={"type": "boolean"},
    identityHash=TEXT,
    identityType={"enum": ["systemId", "userName", "accountId", "emailAddress", "identifier"]},
)
ACHIEVEMENT = _of(
    "id",
    "type",
    "criteria",
    "description",
    "name",
    id=URI,
    type=_types("Achievement"),
    criteria=_of("narrative", narrative=TEXT),
    description=TEXT,
    name=TEXT,
)
SUBJECT = _of(
    "id",
    "type",
    "achievement",
    id=URI,
    type=_types("AchievementSubject"),
    identifier={"type": "array", "items": IDENTITY},
    achievement=ACHIEVEMENT,
)
CREDENTIAL: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_of(
        "@context",
        "id",
        "type",
        "credentialSubject",
        "issuer",
        "validFrom",
        **{
            "@context": {
                "const": [
                    "https://www.w3.org/ns/credentials/v2",
                    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
                ]
            }
        },
        id=URI,
        type=_types("VerifiableCredential", "OpenBadgeCredential"),
        name=TEXT,
        issuer=_of("id", "type", id=URI, type=_types("Profile"), name=TEXT),
        validFrom=INSTANT,
        validUntil=INSTANT,
        credentialSubject=SUBJECT,
    ),
}
