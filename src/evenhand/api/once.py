"""A write that is repeated with its idempotency key is done once and answered the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse

from evenhand import intake
from evenhand.bootstrap import House
from evenhand.intake import RequestKey

if TYPE_CHECKING:
    from evenhand.db import Tx

REPLAY: Final = "Idempotent-Replay"


def answer_once(
    house: House, key: RequestKey | None, act: Callable[[Tx], tuple[int, Mapping[str, Any]]]
) -> JSONResponse:
    """Act and remember the answer in one transaction, or give the answer that is remembered.

    Raises KeyReused when the key came before with another body, or whatever `act` raises.
    """
    if key is None:
        status, body = house.do(act)
        return JSONResponse(dict(body), status_code=status)
    answer = house.do(intake.once, key, act)
    headers = {REPLAY: "true"} if answer.replayed else None
    return JSONResponse(dict(answer.body), status_code=answer.status, headers=headers)
