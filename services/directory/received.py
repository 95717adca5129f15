"""What the agency's hiring service tells its directory: whose service begins, and whose ends.

Each handler gives the aggregates to save with the fact of the receipt; it may be called again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.contracts.hiring import SroAppointedV1, SroRemovedV1

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.directory.application import DirectoryDesk
    from shared.aggregate import Aggregate


def from_hiring(
    desk: DirectoryDesk, source: str, told: SroAppointedV1 | SroRemovedV1
) -> Sequence[Aggregate]:
    """List an officer from the day of the appointment, or end the listing (C-HIRE-10, C-TEAM-5)."""
    if isinstance(told, SroAppointedV1):
        return desk.listed_from(source, told.officer, told.from_on)
    return desk.listed_until(source, told.officer, told.removed_on)
