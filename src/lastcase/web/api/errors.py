"""What the API refuses, as JSON that says what is wrong and how to mend it, in the language that the caller accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, ValidationError
from pydantic import ValidationError as SchemaError

from lastcase.editions.messages import render
from lastcase.ops.accounts.errors import NotPermitted
from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.lake.errors import LakeInUse, TokenExpired, TokenUnknown
from lastcase.ops.records.errors import OutbreakNotFound, RecordsError
from lastcase.web.templatetags.lastcase import lang

RETRY_S = 60
"""Seconds after which it is worth trying again."""


class What(Schema):
    """What was refused: a word for programs, a sentence for people, and what to do about it (may be empty)."""

    code: str
    message: str
    mend: str


class Refusal(Schema):
    """Nothing was taken."""

    error: What


class ApiError(Exception):
    """The request itself cannot be taken; `name` is the last word of its message."""

    def __init__(self, status: int, name: str, **params: object) -> None:
        super().__init__(name, params)
        self.status, self.name, self.params = status, name, params


def lay_handlers(api: NinjaAPI) -> None:
    """Have every refusal answered as `Refusal`."""
    api.add_exception_handler(ApiError, _of_request)
    api.add_exception_handler(AuthenticationError, lambda request, _: refusal(request, 401, "no_token"))
    api.add_exception_handler(ValidationError, _of_parameters)
    api.add_exception_handler(NotPermitted, lambda request, _: refusal(request, 403, "not_permitted"))
    api.add_exception_handler(ImportRefused, _of_file)
    api.add_exception_handler(RecordsError, _of_records)


def refusal(request: HttpRequest, status: int, name: str, **params: object) -> HttpResponse:
    """The answer of a message `api.NAME` of the catalogue."""
    mend = render(f"api.{name}.mend", params, lang())
    return _answer(status, name, render(f"api.{name}", params, lang()), mend)


def _answer(status: int, code: str, message: str, mend: str) -> HttpResponse:
    told = {"error": {"code": code, "message": message, "mend": mend}}
    answer = JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        answer.headers["Retry-After"] = str(RETRY_S)
    return answer


def _of_request(request: HttpRequest, error: Any) -> HttpResponse:
    return refusal(request, error.status, error.name, **error.params)


def _of_parameters(request: HttpRequest, error: Any) -> HttpResponse:
    return refusal(request, 400, "bad_request", **first_of(error.errors))


def first_of(errors: list[Any]) -> Mapping[str, str]:
    """Where the first of pydantic's errors is and what it is."""
    where = ".".join(str(part) for part in errors[0]["loc"]) or "-"
    return {"where": where, "what": str(errors[0]["msg"]), "n": str(len(errors))}


def of_rows(error: SchemaError) -> ApiError:
    """Rows that are not as the schema says."""
    return ApiError(400, "bad_request", **first_of(error.errors(include_url=False, include_input=False)))


def _of_file(request: HttpRequest, error: Any) -> HttpResponse:
    status = 413 if error.message_id.endswith(".too_large") else 400
    message = render(error.message_id, error.params, lang())
    return _answer(
        status, error.message_id.rpartition(".")[2], message, render(error.mend_id, error.params, lang())
    )


STATUS: Mapping[type[RecordsError], int] = {
    TokenUnknown: 401,
    TokenExpired: 401,
    OutbreakNotFound: 404,
    LakeInUse: 503,
}


def _of_records(request: HttpRequest, error: Any) -> HttpResponse:
    message = render(error.message_id, error.params, lang())
    return _answer(STATUS.get(type(error), 409), error.message_id.rpartition(".")[2], message, "")
