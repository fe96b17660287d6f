"""Reports that people make on the host's own service come in here, and get their receipt."""

from fastapi import APIRouter
from starlette.responses import JSONResponse

from evenhand import intake, people
from evenhand.api import answers, documents, openapi
from evenhand.api.doorway import (
    Here,
    IdempotencyKey,
    ReportDocument,
    ReportSender,
    request_key,
)
from evenhand.api.nearest import nearest_named
from evenhand.api.once import REPLAY

routes = APIRouter(tags=["reports"])

ACKNOWLEDGEMENT = (
    "Thank you. Your report was received, and it will be looked at. Keep this receipt: with it you"
    " can see what became of your report, and object if you disagree."
)
_RECEIVED = {
    "report_id": "01936f0e-6d80-7c4e-9d2a-6f0f5a6d7c13",
    "receipt": "1234 5678 9012 3456",
    "status_url": "https://evenhand.community.example/status",
    "acknowledgement": ACKNOWLEDGEMENT,
}


@routes.post(
    "/reports",
    operation_id="send_report",
    summary="Send a report",
    status_code=201,
    response_model=None,
    responses=openapi.responses(
        (201, "Received, with the receipt for whoever reported", answers.ReportReceived, _RECEIVED),
        errors=openapi.WITH_BODY,
    ),
    openapi_extra=openapi.body(
        documents.REPORT,
        report=("A plain report", documents.REPORT_EXAMPLE),
        notice=("A notice of illegal content (DSA Art. 16)", documents.NOTICE_EXAMPLE),
    ),
)
def send_report(
    here: Here,
    actor: ReportSender,
    document: ReportDocument,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Receive a report about an item, or about an address, and answer with its receipt.

    Show the receipt and the acknowledgement to the person who reported: the receipt is not kept
    here in a form that could be read. Who reported is sealed before anything else happens.
    """
    key = request_key(actor, "POST /reports", idempotency_key, document)
    with nearest_named(documents.REPORT):
        received = intake.submit_report(
            here.house.do, here.house.resources, actor, document.value, key=key
        )
    answer = answers.ReportReceived(
        report_id=received.report_id,
        receipt=people.format_receipt(received.receipt),
        status_url=f"{here.house.resources.service.public_url}/status",
        acknowledgement=ACKNOWLEDGEMENT,
    )
    headers = {REPLAY: "true"} if received.replayed else None
    return JSONResponse(answer.model_dump(mode="json"), status_code=201, headers=headers)
