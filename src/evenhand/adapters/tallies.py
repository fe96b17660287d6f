"""Counters of rules kept beside the database, in a Redis or a Valkey.

Each key of a counter is one sorted set, taken in and counted by one script, so that nothing comes
between. Its first member is the mark of the rows it holds: what does not hold exactly the rows
that the database has gives no answer. What is held ends by itself when its window does.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import structlog

from evenhand.kit.resources import OutOfReach, Tally

if TYPE_CHECKING:
    import redis

T = TypeVar("T")
log = structlog.get_logger("evenhand.counters")

SCHEMES: Final = ("redis://", "rediss://", "unix://")
ANSWER_SECONDS_MAX: Final = 0.5
AWAY_SECONDS: Final = 5.0
"""So long it is not asked again after it gave no answer."""
KEPT_AFTER_MS: Final = 3_600_000
PORTION: Final = 2_000
NOTHING: Final = "-"
"""The mark of a key of which the database has no row."""

_COMMON: Final = """
local key, known, since, member = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local held = redis.call('ZRANGE', key, 0, 0)[1]
if held ~= known and not (held == nil and known == '-') then return -1 end
"""
_ADD: Final = (
    _COMMON
    + """
if held then redis.call('ZREM', key, held) end
redis.call('ZADD', key, -1, ARGV[4])
if member ~= '' then redis.call('ZADD', key, ARGV[5], member) end
redis.call('ZREMRANGEBYSCORE', key, 0, since)
redis.call('PEXPIRE', key, ARGV[6])
return redis.call('ZCOUNT', key, '(' .. since, '+inf')
"""
)
_WITH_ONE_MORE: Final = (
    _COMMON
    + """
local count = redis.call('ZCOUNT', key, '(' .. since, '+inf')
if member == '' then return count end
local at = redis.call('ZSCORE', key, member)
if at and tonumber(at) > tonumber(since) then return count end
return count + 1
"""
)


class TalliesRefused(Exception):
    """Counters cannot be kept where the settings say; the message says what to do."""


class RemoteTallies:
    """Counters kept in a Redis or a Valkey, at an address that is never printed or logged."""

    def __init__(self, url: str, *, answer_seconds: float = ANSWER_SECONDS_MAX) -> None:
        """Make ready to ask; nothing is connected yet. Raises TalliesRefused."""
        self._redis = _client(url, answer_seconds)
        self._add = self._redis.register_script(_ADD)
        self._with_one_more = self._redis.register_script(_WITH_ONE_MORE)
        self._away_until = 0.0

    def add(self, tally: Tally, *, member: str | None, at: int, mark: str) -> int | None:
        """Take a member in and return how many there are; None where rows are missing."""
        told = (member or "", _marked(mark), at, tally.lasts // 1_000 + KEPT_AFTER_MS)
        return self._counted(self._add, tally, *told)

    def with_one_more(self, tally: Tally, member: str | None) -> int | None:
        """Return how many there would be with a member; None where rows are missing."""
        return self._counted(self._with_one_more, tally, member or "")

    def fill(self, tally: Tally, members: Iterable[tuple[str, int]]) -> None:
        """Put rows in the place of all that is held; what is half written is not seen."""
        fresh = f"{tally.name}:{uuid.uuid4().hex}"
        rows = iter(members)

        def put() -> None:
            if tally.mark is None:
                self._redis.delete(tally.name)
                return
            pipe = self._redis.pipeline(transaction=False)
            pipe.zadd(fresh, {_marked(tally.mark): -1})
            pipe.pexpire(fresh, tally.lasts // 1_000 + KEPT_AFTER_MS)
            while some := dict(islice(rows, PORTION)):
                pipe.zadd(fresh, cast("dict[Any, float]", some))
                pipe.execute()
            pipe.rename(fresh, tally.name)
            pipe.execute()

        self._asked(put)

    def answers(self) -> bool:
        """Tell whether it can be asked now."""
        self._away_until = 0.0
        try:
            return bool(self._asked(self._redis.ping))
        except OutOfReach:
            return False

    def close(self) -> None:
        """Let go of every connection."""
        self._redis.close()

    def _counted(self, script: Callable[..., object], tally: Tally, *told: object) -> int | None:
        asked = [_marked(tally.mark), tally.since, *told]
        count = self._asked(lambda: script(keys=[tally.name], args=asked))
        if not isinstance(count, int):
            raise OutOfReach
        return None if count < 0 else count

    def _asked(self, act: Callable[[], T]) -> T:
        """Ask, and leave it alone for a while when there is no answer. Raises OutOfReach."""
        import redis

        if time.monotonic() < self._away_until:
            raise OutOfReach
        try:
            return act()
        except redis.RedisError as why:
            self._away_until = time.monotonic() + AWAY_SECONDS
            log.warning(
                "counters.out_of_reach", error=type(why).__name__, asked_again_s=AWAY_SECONDS
            )
            raise OutOfReach from None


def _marked(mark: str | None) -> str:
    return NOTHING if mark is None else f"={mark}"


def _client(url: str, answer_seconds: float) -> redis.Redis:
    """Return a client for an address. Raises TalliesRefused, which does not repeat the address."""
    try:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError as why:
        raise TalliesRefused(
            "EVENHAND_COUNTERS is set, and the package for it is not installed: pip install"
            " 'evenhand[valkey]'. Without the setting the database counts."
        ) from why
    plain = url.strip()
    for ours, theirs in (("valkey://", "redis://"), ("valkeys://", "rediss://")):
        plain = plain.replace(ours, theirs, 1) if plain.startswith(ours) else plain
    try:
        if not plain.startswith(SCHEMES):
            raise ValueError
        return redis.Redis.from_url(
            plain,
            socket_timeout=answer_seconds,
            socket_connect_timeout=answer_seconds,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
    except (ValueError, TypeError, redis.RedisError):
        raise TalliesRefused(
            "EVENHAND_COUNTERS is no address of a Redis or Valkey. Write redis://host:6379/0,"
            " rediss://… for one behind TLS, or unix:///path/to/socket."
        ) from None
