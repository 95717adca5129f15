"""The limits of incidents: the procedure's, until the policy in force sets its own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.directory.adoption import IncidentLimits, PolicyAdopted, Rule
from services.directory.documents import Unfit, read_policy
from services.directory.published import publish
from services.incidents.policy import DEFAULTS, Limits, in_force
from services.incidents.words import Duty
from shared.contracts.directory import (
    IncidentLimitsAdoptedV1,
    IncidentLimitsV1,
    PolicyAdoptedV1,
    RuleV1,
)
from shared.hearing import heard
from shared.reference import put_together
from tests.directory.samples import adopted, policy_file, program
from tests.incidents.samples import DISTRICT, NUMBER, TODAY, received

if TYPE_CHECKING:
    from services.incidents.calls_desk import CallsDesk

FROM, LATER = date(2026, 1, 1), date(2026, 4, 1)


def policy(version: str, since: date) -> PolicyAdoptedV1:
    event: PolicyAdopted = adopted(version=version, effective_from=since)
    contract = publish(event, "sample-pd")[0].contract
    assert isinstance(contract, PolicyAdoptedV1)
    return contract


def limits(version: str, since: date, **rules: RuleV1) -> IncidentLimitsAdoptedV1:
    every = dict.fromkeys(IncidentLimitsV1.model_fields) | rules
    return IncidentLimitsAdoptedV1(
        policy_id="snohomish-sd",
        version=version,
        effective_from=since,
        effective_to=None,
        limits=IncidentLimitsV1(**every),
    )


TEN_DAYS = RuleV1(unit="calendar_days", count=10)


def test_aud_3_the_limits_are_those_of_the_policy_in_force_and_defaults_where_it_is_silent() -> (
    None
):
    reference = put_together(
        [policy("1", FROM), limits("1", FROM, outcome=TEN_DAYS), policy("2", LATER)]
    )
    before, under_1, under_2 = (
        in_force(reference, day).limits for day in (FROM - timedelta(days=1), FROM, LATER)
    )
    assert (before.version, before.outcome.count) == (DEFAULTS, 30)
    assert (under_1.version, under_1.outcome.count) == ("snohomish-sd/1", 10)
    assert under_1.classification == Limits().classification
    assert (under_2.version, under_2.outcome.count) == (DEFAULTS, 30)


def test_aud_3_a_clock_keeps_the_version_it_was_judged_by_when_another_is_adopted(
    agency: CallsDesk,
) -> None:
    def clock(number: str) -> Any:
        entry = agency.blotter.entry(agency.call_id(number))
        assert entry is not None
        return entry.clocks[Duty.OUTCOME]

    received(agency)
    assert (clock(NUMBER).policy, clock(NUMBER).due_on) == (DEFAULTS, date(2026, 4, 1))
    for told in (policy("1", FROM), limits("1", FROM, outcome=TEN_DAYS)):
        agency.save(*heard(DISTRICT, told))
    agency.reference.forget()
    received(agency, "SV26-000124")
    found = clock("SV26-000124")
    assert (found.policy, found.due_on) == ("snohomish-sd/1", TODAY + timedelta(days=10))
    agency.look()
    assert clock(NUMBER).due_on == date(2026, 4, 1)


def test_aud_3_the_sample_policy_states_every_default() -> None:
    document = read_policy(program("policy.json"), "snohomish-sd")
    assert document.incident is not None
    assert "incident" not in document.passed_over
    for name, rule in document.incident:
        default = getattr(Limits(), name)
        assert rule is not None, name
        assert (rule.unit, rule.count, rule.roll) == (default.unit, default.count, default.roll)
        assert rule.source


@pytest.mark.parametrize(
    ("incident", "field"),
    [
        ({"abuse_alarm": {"unit": "hours", "count": 48}}, "incident.abuse_alarm"),
        ({"abuse_alarm": {"unit": "school_days", "count": 1}}, "incident.abuse_alarm"),
        ({"restraint_letter": {"unit": "school_days", "count": 9}}, "incident.restraint_letter"),
        ({"outcome": {"unit": "calendar_days", "count": 0}}, "incident.outcome.count"),
        ({"outcome": {"unit": "calendar_days", "count": 10_001}}, "incident.outcome.count"),
        (
            {"outcome": {"unit": "hours", "count": 5, "roll": "next_business_day"}},
            "incident.outcome.roll",
        ),
    ],
)
def test_inc_7_a_policy_can_not_loosen_the_law_nor_set_what_can_not_be(
    incident: Any, field: str
) -> None:
    with pytest.raises(Unfit) as caught:
        read_policy(policy_file(incident=incident), "snohomish-sd")
    assert [each.field for each in caught.value.back] == [field]


def test_inc_7_the_last_good_alarm_is_an_hour_before_the_law() -> None:
    content = policy_file(incident={"abuse_alarm": {"unit": "hours", "count": 47}})
    document = read_policy(content, "snohomish-sd")
    assert document.incident == IncidentLimits(abuse_alarm=Rule(unit="hours", count=47))
