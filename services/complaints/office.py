"""What the complaints desks of both organisations share: what a decision is judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.complaints.reference import in_force
from shared.office import Office

if TYPE_CHECKING:
    from datetime import date

    from services.complaints.policy import InForce


class ComplaintsOffice(Office):
    """A complaints desk of one organisation."""

    name = "complaints"

    def in_force(self, on: date | None = None) -> InForce:
        """What a decision of today is judged by, under the policy of a day."""
        return in_force(self.reference.current(), self.today(), on)
