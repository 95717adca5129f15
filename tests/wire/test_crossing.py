"""Contracts cross between two organisations, in order, each once, whatever fails on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.wire.toy import eventually

if TYPE_CHECKING:
    from tests.wire.toy import Toy


def test_contracts_cross_both_ways_in_order_each_once(district: Toy, agency: Toy) -> None:
    district.say(*range(1, 21))
    district.connect()
    agency.connect()
    agency.say(*range(100, 120))
    district.say(*range(21, 41))

    eventually(lambda: len(agency.heard()) == 40 and len(district.heard()) == 20)
    assert agency.heard() == list(range(1, 41))
    assert district.heard() == list(range(100, 120))
    eventually(lambda: district.service.link.counterpart_up and agency.service.link.counterpart_up)
    eventually(lambda: district.service.link.backlog == 0)
