"""The host may hand on what somebody objects, with the receipt they were given."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from evenhand import appeal, people
from evenhand.api import answers, documents, openapi
from evenhand.api.doorway import (
    AppealDocument,
    Document,
    Here,
    IdempotencyKey,
    ItemSender,
    request_key,
)
from evenhand.api.nearest import problem_near
from evenhand.api.once import answer_once
from evenhand.api.problems import DocumentRefused
from evenhand.api.strict_json import Problem

routes = APIRouter(tags=["appeals"])

ACKNOWLEDGEMENT = (
    "We received your objection. Somebody who did not take part in the decision will look at it,"
    " free of charge. Your receipt shows where it stands."
)
_FILED = {
    "appeal_id": "01936f0e-6d80-7c4e-9d2a-6f0f5a6d7c15",
    "status_url": "https://evenhand.community.example/status",
    "acknowledgement": ACKNOWLEDGEMENT,
}
_FIELDS = ("receipt", "text")
_TEXT_MAX = 5_000


@routes.post(
    "/appeals",
    operation_id="send_appeal",
    summary="Hand on an appeal",
    status_code=201,
    response_model=None,
    responses=openapi.responses(
        (201, "Filed", answers.AppealFiled, _FILED),
        errors=(
            *openapi.WITH_BODY,
            "receipt_unknown",
            "nothing_to_appeal",
            "already_done",
            "too_late",
        ),
    ),
    openapi_extra=openapi.body(documents.APPEAL, appeal=("An objection", documents.APPEAL_EXAMPLE)),
)
def send_appeal(
    here: Here,
    actor: ItemSender,
    document: AppealDocument,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """File an appeal for the holder of a receipt: the person affected, or who reported.

    The holder appeals; your key only hands it on. They can also do it themselves on the status
    page, without an account.
    """
    receipt, text = _checked(document)
    key = request_key(actor, "POST /appeals", idempotency_key, document)
    holder = here.house.ask(people.receipt_actor, receipt)
    url = f"{here.house.resources.service.public_url}/status"

    def act(tx: Any) -> tuple[int, dict[str, Any]]:
        answer = answers.AppealFiled(
            appeal_id=appeal.file(tx, holder, text=text),
            status_url=url,
            acknowledgement=ACKNOWLEDGEMENT,
        )
        return 201, answer.model_dump(mode="json")

    return answer_once(here.house, key, act)


def _checked(document: Document) -> tuple[str, str]:
    """Return receipt and text, or raise DocumentRefused with everything there is to mend."""
    problems = [
        problem_near(name, "This field is not known here.", _FIELDS)
        for name in document.value
        if name not in _FIELDS
    ]
    for name in _FIELDS:
        value = document.value.get(name)
        if not isinstance(value, str) or not value.strip():
            problems.append(Problem(name, "Send this as text."))
        elif len(value) > _TEXT_MAX:
            problems.append(Problem(name, f"This is too long: {_TEXT_MAX} characters at most."))
    if problems:
        raise DocumentRefused(*problems)
    return document.value["receipt"], document.value["text"]
