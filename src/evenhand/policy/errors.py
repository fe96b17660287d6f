"""The ways a written policy can be refused, said so that whoever wrote it can put it right."""


class PolicyError(Exception):
    """Anything that is wrong with a policy or with a question asked of it."""


class PolicyRefused(PolicyError):
    """A policy that cannot be published: `path` points at the field, `why` is a full sentence."""

    def __init__(self, path: str, why: str) -> None:
        """Keep both parts, so a door can show the sentence beside the field."""
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


class NoSuchClause(PolicyError):
    """No clause has this key in this version; a decision that cites it cannot stand."""

    def __init__(self, key: str, version: int | None = None) -> None:
        """Name the clause asked for; without a version, none was in force on the day asked."""
        wanted = f"clause {key!r}" if version is None else f"version {version} of clause {key!r}"
        super().__init__(f"There is no {wanted} in this policy.")
        self.key = key
        self.version = version


class NothingToPublish(PolicyError):
    """Every clause version in this policy is published already; raise a version number first."""
