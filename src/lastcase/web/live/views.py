"""The beginning of a stream: may this post follow the outbreak, and where does it stand?

The answer is whole in itself. Served by `asgi`, it is kept open and goes on (`stream`); elsewhere it ends, and the
browser asks again after a while.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lastcase.ops.records.live import derived_revision
from lastcase.web.access import needs
from lastcase.web.context import visible_outbreaks
from lastcase.web.live.events import RETRY, STREAM, revision_event

POST_HEADER = "Lastcase-Post"
REVISION_HEADER = "Lastcase-Revision"


@require_safe
@needs("see_area")
def live(request: HttpRequest, outbreak: str) -> HttpResponse:
    """Topic and revision, unless the page has that revision already (`Last-Event-ID`, or `revision` of the query)."""
    record = next((one for one in visible_outbreaks(request.actor) if one.name == outbreak), None)  # type: ignore[attr-defined]
    if record is None:
        raise Http404(_("No such outbreak."))
    revision = derived_revision(record)
    has = request.headers.get("Last-Event-ID") or request.GET.get("revision", "")
    told = "" if has == str(revision) else revision_event(outbreak, revision)
    headers = {POST_HEADER: str(request.actor.post_id), REVISION_HEADER: str(revision)}  # type: ignore[attr-defined]
    return HttpResponse(RETRY + told, content_type=STREAM, headers=headers)
