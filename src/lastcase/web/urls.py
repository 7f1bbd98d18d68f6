"""Every address of the web."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from lastcase.web.home import health, home

handler400 = "lastcase.web.errors.bad_request"
handler403 = "lastcase.web.errors.forbidden"
handler404 = "lastcase.web.errors.not_found"
handler500 = "lastcase.web.errors.server_error"

PAGE_ROOTS = {
    "protocol": "protocol/",
    "imports": "import/",
    "board": "o/<slug:outbreak>/",
    "line_list": "o/<slug:outbreak>/",
    "person": "o/<slug:outbreak>/",
    "risk_areas": "o/<slug:outbreak>/",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("health", health, name="health"),
    path("", include("lastcase.web.accounts.urls")),
]
for page, root in PAGE_ROOTS.items():
    if find_spec(f"lastcase.web.{page}") and find_spec(f"lastcase.web.{page}.urls"):
        urlpatterns.append(path(root, include(f"lastcase.web.{page}.urls")))
