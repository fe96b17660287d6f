"""The written rules people are held to: clauses, versions and ladders of measures."""
