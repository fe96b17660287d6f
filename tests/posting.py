"""A host's own service: it posts items over HTTP until it was told what to do with each.

Every item goes with an idempotency key. When the connection breaks, or nobody listens, the same
request is sent again until there is an answer; and at times once more, although there was one.
"""

from __future__ import annotations

import base64
import json
import random
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import httpx2

PHRASE: Final = "pay the harbour fee in gift cards"
SENDERS: Final = 5
ANSWER_SECONDS_MAX: Final = 60
TOLD_SECONDS_MAX: Final = 120
PAUSE_SECONDS: Final = (0.05, 0.5)
SECONDS_BEFORE_AGAIN: Final = 0.3
SENT_AGAIN: Final = 0.25  # how often what was answered is sent again all the same


@dataclass(frozen=True)
class Told:
    """One posted item, and the answer its sender was given."""

    external_id: str
    pictures: int
    answer: dict[str, Any]


class Service:
    """Posts items from several threads. Each breaks a rule by its words, its picture, or both."""

    def __init__(self, base: str, *, key: str, photo: bytes, seed: int) -> None:
        """Be ready to post."""
        self._base, self._key, self._seed = base, key, seed
        self._photo = {"data": base64.b64encode(photo).decode(), "media_type": "image/jpeg"}
        self._enough, self._closed = threading.Event(), threading.Event()
        self._threads = ThreadPoolExecutor(SENDERS)
        self._posting: list[Future[None]] = []
        self.told: list[Told] = []
        self.broken = 0

    def start(self) -> None:
        """Post until `finish`."""
        self._posting = [self._threads.submit(self._post_on, one) for one in range(SENDERS)]

    def finish(self) -> None:
        """Get the answers that are due, and post no more. Raises what went wrong on the way."""
        self._enough.set()
        for one in self._posting:
            one.result()

    def close(self) -> None:
        """Stop at once, whatever is on its way."""
        self._enough.set()
        self._closed.set()
        self._threads.shutdown()

    def _post_on(self, sender: int) -> None:
        chance = random.Random(self._seed + sender)
        headers = {"authorization": f"Bearer {self._key}", "content-type": "application/json"}
        with httpx2.Client(
            base_url=self._base, headers=headers, timeout=ANSWER_SECONDS_MAX, trust_env=False
        ) as http:
            number = 0
            while not self._enough.wait(chance.uniform(*PAUSE_SECONDS)):
                number += 1
                self._post_one(http, f"{sender}-{number}", again=chance.random() < SENT_AGAIN)

    def _post_one(self, http: httpx2.Client, external_id: str, *, again: bool) -> None:
        fields: dict[str, Any] = {"text": "Berth seven, by the crane."}
        number = int(external_id.partition("-")[2])
        if number % 3 != 1:
            fields["text"] = f"Before you moor, {PHRASE}."
        if number % 3 != 0:
            fields["photo"] = self._photo
        item = {
            "kind": "post",
            "id": external_id,
            "account": {"id": f"account-{external_id}", "name": "Kit", "language": "en"},
            "fields": fields,
        }
        answer = self._answer(http, external_id, item)
        self.told.append(Told(external_id, int("photo" in fields), answer.json()))
        if again:
            second = self._answer(http, external_id, item)
            assert second.json() == answer.json(), "the same request was answered differently"
            assert second.headers["idempotent-replay"] == "true"

    def _answer(
        self, http: httpx2.Client, external_id: str, item: dict[str, Any]
    ) -> httpx2.Response:
        """Send the same request until it is answered."""
        body = json.dumps(item).encode()
        until = time.monotonic() + TOLD_SECONDS_MAX
        while time.monotonic() < until and not self._closed.is_set():
            try:
                answer = http.post(
                    "/api/v1/items", content=body, headers={"idempotency-key": external_id}
                )
            except httpx2.TransportError:
                self.broken += 1
            else:
                if answer.status_code == httpx2.codes.CREATED:
                    return answer
                assert answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE, answer.text
            time.sleep(SECONDS_BEFORE_AGAIN)
        raise AssertionError(f"{external_id} was not answered within {TOLD_SECONDS_MAX} s")
