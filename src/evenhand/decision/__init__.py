"""What was decided, under which clause, by whom or which rule, and why."""
