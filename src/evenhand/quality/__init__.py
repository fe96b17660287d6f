"""Quality, beside the path: how often decisions are wrong, found by looking again at some of them.

An audit draws decisions by lot, seeded in public, from all that was decided, by people and by
rules, what was let be as well as what was restricted. Somebody who did not decide looks again
without knowing the first answer. Where the two differ, a lead says which is right and has it put
right. What comes of it are rates with their intervals, and never a figure about one person.
"""
