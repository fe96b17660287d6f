"""What people decided teaches a classifier, clause by clause; it proposes, and people answer.

A version holds weights and no text. It learns from people's answers alone, says how sure it may be
from answers that were kept aside, and says so when those are too few. A person puts it in force;
who retires it brings back whatever rested on it.
"""
