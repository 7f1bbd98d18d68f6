"""A table as a file that a reader takes home: CSV or a spreadsheet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from lastcase.ops.records.export import csv_parts, to_xlsx

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The forms of a file, by how its name ends."""


def as_file(
    request: HttpRequest,
    name: str,
    form: str,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
) -> HttpResponseBase:
    """The table as a file of a form of `TYPES`; `name` is without its end. CSV leaves while its rows are worded."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    if form == "csv":
        parts = csv_parts(header, rows)
        sent = _one_by_one(parts) if isinstance(request, ASGIRequest) else parts
        return StreamingHttpResponse(sent, content_type=TYPES[form], headers=headers)
    return HttpResponse(to_xlsx(header, rows, title), content_type=TYPES[form], headers=headers)


async def _one_by_one(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each part as soon as it is made, without holding up the server meanwhile."""
    make = sync_to_async(lambda: next(parts, b""), thread_sensitive=False)
    while part := await make():
        yield part
