"""The demo: one day of a small community, played through all nine rooms and then served.

Nothing is faked behind the doors. Posts, reports and the appeal go over HTTP, through a forum that
is its own process and through the public's pages; reviewers use the rooms' own commands; what was
promised is checked at the end. Everybody is made up, and their mail stays in a folder.
"""
