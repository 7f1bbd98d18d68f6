"""Addresses of the API, and its description as OpenAPI at `/api/v1/openapi.json`."""

from __future__ import annotations

from ninja import NinjaAPI

from lastcase.web.api.errors import lay_handlers
from lastcase.web.api.visits import router

api = NinjaAPI(
    title="Lastcase",
    version="1.0.0",
    description="What machines send to Lastcase. Every call carries `Authorization: Bearer TOKEN`.",
    urls_namespace="api",
    docs_url=None,
)
lay_handlers(api)
api.add_router("", router)
