"""What the clock brings: rules that people overturn do less, and audits are told when it is time.

No room may tell by itself of a rule: what people decided lies further along the path than it.
"""

from __future__ import annotations

from contextlib import suppress

from evenhand import decision, people, quality, rules
from evenhand.bootstrap import House


def mind_rules(house: House) -> list[str]:
    """Take back a stage every rule that acts and that people overturn too much; return those."""
    taken_back = []
    for version in house.ask(rules.deployed, people.SYSTEM):
        if not version.stage.acts:
            continue
        settled, overturned = house.ask(decision.settled_of, version.id)
        found = house.do(
            rules.mind_overturned,
            version.name,
            version.number,
            settled=settled,
            overturned=overturned,
        )
        if found is not None:
            taken_back.append(found.called)
    return taken_back


def tell_audits(house: House) -> list[str]:
    """Publish what audits found, once everybody concerned could see theirs; return their names."""
    told = house.ask(quality.unpublished, people.SYSTEM)
    for audit_id in told:
        with suppress(quality.AlreadyPublished):  # another worker was faster
            house.do(quality.publish, people.SYSTEM, audit_id)
    return told
