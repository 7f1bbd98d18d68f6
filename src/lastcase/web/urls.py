"""Every address of the web."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from lastcase.web.api.urls import api
from lastcase.web.home import health, home

handler400 = "lastcase.web.errors.bad_request"
handler403 = "lastcase.web.errors.forbidden"
handler404 = "lastcase.web.errors.not_found"
handler500 = "lastcase.web.errors.server_error"

OF_AN_OUTBREAK = "o/<slug:outbreak>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("health", health, name="health"),
    path("", include("lastcase.web.accounts.urls")),
    path("protocol/", include("lastcase.web.protocol.urls")),
    path("import/", include("lastcase.web.imports.urls")),
    path("api/v1/", api.urls),
    path("diary/", include("lastcase.web.diary.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.board.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.gaps.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.live.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.replay.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.line_list.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.person.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.investigation.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.objections.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.risk_areas.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.acts.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.impact.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.duplicates.urls")),
    path(OF_AN_OUTBREAK, include("lastcase.web.entry.urls")),
]
