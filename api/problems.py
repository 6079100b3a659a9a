"""Every error answer is RFC 9457 problem details, whoever raised it."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.errors import (
    ApiError,
    Conflict,
    Invalid,
    NotAllowed,
    NotSignedIn,
    NotYours,
    TooLarge,
    TooMany,
    Unavailable,
)
from domain.errors import NotThere, PortError
from domain.phases import Phase

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
MOST_BODY = 256 * 1024
"""Bytes; the longest text anybody may send is far shorter."""
MOST_ERRORS = 20


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    pointer: str | None = Field(None, description="JSON pointer into the body")
    parameter: str | None = Field(None, description="name of the query parameter or header")
    detail: str


class Problem(BaseModel):
    """The body of every error answer."""

    type: str = Field(description="urn:warm-transfer:problem:<code>")
    title: str
    status: int
    detail: str
    code: str = Field(description="stable; tell problems apart by this")
    phase: Phase | None = None
    transfer_id: str | None = None
    errors: list[FieldProblem] | None = None


class ProblemAnswer(JSONResponse):
    """An answer that says what went wrong."""

    media_type = MEDIA_TYPE

    def __init__(self, error: ApiError, errors: list[FieldProblem] | None = None) -> None:
        if errors is None and error.pointer:
            errors = [FieldProblem(pointer=error.pointer, detail=str(error))]
        problem = Problem(
            type=f"urn:warm-transfer:problem:{error.code}",
            title=error.title,
            status=error.status,
            detail=str(error),
            code=error.code,
            phase=error.phase,
            transfer_id=error.transfer_id,
            errors=errors,
        )
        super().__init__(
            problem.model_dump(mode="json", exclude_none=True),
            status_code=error.status,
            headers=error.headers,
        )


def broken() -> ApiError:
    """Say that something went wrong that nobody foresaw, and nothing of what it was."""
    return ApiError("This is our fault; it was logged. Repeating it is safe.")


def too_large() -> TooLarge:
    """Say how much is too much."""
    return TooLarge(f"A request has at most {MOST_BODY // 1024} kB.")


async def _announced(_: Request, error: Exception) -> ProblemAnswer:
    assert isinstance(error, ApiError)
    return ProblemAnswer(error)


async def _port_failed(request: Request, error: Exception) -> ProblemAnswer:
    assert isinstance(error, PortError)
    if isinstance(error, NotThere):
        return ProblemAnswer(NotYours())
    extra = {"operation": operation_of(request), "error": str(error)}
    if not error.retryable:
        log.error("a port refused", extra=extra)
        return ProblemAnswer(broken())
    log.warning("a port is away", extra=extra)
    return ProblemAnswer(Unavailable())


async def _misread(_: Request, error: Exception) -> ProblemAnswer:
    assert isinstance(error, RequestValidationError)
    found = [_field_problem(e) for e in error.errors()[:MOST_ERRORS]]
    summary = "; ".join(f"{e.pointer or e.parameter}: {e.detail}" for e in found[:3])
    return ProblemAnswer(Invalid(summary), found)


async def _by_framework(request: Request, error: Exception) -> ProblemAnswer:
    assert isinstance(error, HTTPException)
    if error.status_code == TooLarge.status:
        return ProblemAnswer(too_large())
    if error.status_code == NotYours.status:
        return ProblemAnswer(NotYours())
    status = HTTPStatus(error.status_code)
    answer = ApiError(str(error.detail))
    answer.status = status
    answer.title = status.phrase
    answer.code = status.phrase.lower().replace(" ", "_")
    return ProblemAnswer(answer)


def _field_problem(error: dict[str, Any]) -> FieldProblem:
    where, *path = error["loc"] or ("body",)
    detail = {
        "extra_forbidden": "There is no such field",
        "json_invalid": "This isn't JSON",
        "model_attributes_type": "A JSON object (application/json) is expected here",
    }.get(error["type"], str(error["msg"]))
    if where != "body":
        return FieldProblem(parameter=str(path[0] if path else where), detail=detail)
    if error["type"] == "json_invalid":
        path = []
    return FieldProblem(pointer="/" + "/".join(map(_pointer_part, path)), detail=detail)


def _pointer_part(part: object) -> str:
    """Escape as RFC 6901 says; a client's own field name may be no text at all."""
    text = str(part)[:100].encode(errors="replace").decode()
    return text.replace("~", "~0").replace("/", "~1")


def operation_of(request: Request) -> str:
    """Name the operation for logs and metrics; never the path, which a client may fill."""
    route = request.scope.get("route")
    return getattr(route, "operation_id", None) or "unknown"


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every failure that is foreseen with problem details; the door answers the others."""
    app.add_exception_handler(ApiError, _announced)
    app.add_exception_handler(PortError, _port_failed)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(HTTPException, _by_framework)


def problems(*errors: type[ApiError]) -> dict[int | str, dict[str, Any]]:
    """Declare on a route which failures it may answer with."""
    return {error.status: _declared(error) for error in errors}


def _declared(error: type[ApiError]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": (error.__doc__ or "").partition("\n")[0],
        "content": {MEDIA_TYPE: {"schema": schema}},
    }


ONE = problems(NotSignedIn, NotAllowed, NotYours)
"""What a route about one call or transfer may answer."""
STEERED = ONE | problems(Conflict, TooMany)
"""The same if it takes a step, which may come too late or too often."""
