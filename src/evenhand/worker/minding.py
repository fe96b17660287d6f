"""Rules that people overturn are noticed by the clock, and do less from then on.

No room may tell by itself: what people decided lies further along the path than the rule it judges.
"""

from __future__ import annotations

from evenhand import decision, people, rules
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
