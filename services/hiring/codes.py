"""Locking a member's scores with a code that only the member has (C-HIRE-6).

See docs/decisions/0009-lock-scores-with-a-code-of-the-members-own.md.
"""

from __future__ import annotations

import hmac
import os
import secrets
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.errors import Refused

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: no I, L, O or U, which are read as others."""
READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None})
CODE_CHARACTERS = 20
"""100 bits: more than anybody can try, so that a key is derived without slowing it down."""
SALT_BYTES, CHECK_BYTES, NONCE_BYTES, KEY_BYTES = 16, 16, 12, 32


class BoxAltered(Exception):
    """The code is the box's, and what is in the box was changed."""


def new_code() -> str:
    """A code that nobody has had, in groups of five."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))
    return "-".join(code[at : at + 5] for at in range(0, CODE_CHARACTERS, 5))


def read_code(text: str) -> str:
    """A code as a person writes it, without what they may add or mistake.

    Raises:
        Refused: it is none.
    """
    code = text.upper().translate(READ_AS)
    if len(code) != CODE_CHARACTERS or not set(code) <= set(ALPHABET):
        reason = f"this is no code: give the {CODE_CHARACTERS} letters and digits you wrote down"
        raise Refused("C-HIRE-6", reason, "code")
    return code


def locked(code: str, text: str, about: str) -> str:
    """Lock a text, bound to what it is about; the code is in no part of what is given back."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    key, check = _derived(code, salt)
    box = AESGCM(key).encrypt(nonce, text.encode(), about.encode())
    return b64encode(salt + check + nonce + box).decode()


def unlocked(code: str, box: str, about: str) -> str:
    """Unlock a text.

    Raises:
        Refused: the code is another's.
        BoxAltered: the code is right, and the box is not what was locked.
    """
    content = b64decode(box)
    salt, rest = content[:SALT_BYTES], content[SALT_BYTES:]
    key, check = _derived(code, salt)
    if not hmac.compare_digest(check, rest[:CHECK_BYTES]):
        raise Refused("C-HIRE-6", "this code does not open your scores: look at it again", "code")
    nonce, cipher = rest[CHECK_BYTES:][:NONCE_BYTES], rest[CHECK_BYTES:][NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, cipher, about.encode()).decode()
    except InvalidTag as error:
        raise BoxAltered(f"the locked scores of {about} were changed") from error


def _derived(code: str, salt: bytes) -> tuple[bytes, bytes]:
    """The key, and what shows a wrong code without telling anything of the key."""
    kdf = HKDF(SHA256(), KEY_BYTES + CHECK_BYTES, salt, b"accord hiring code v1")
    derived = kdf.derive(read_code(code).encode())
    return derived[:KEY_BYTES], derived[KEY_BYTES:]
