"""The application that uvicorn serves: the pages, and the streams beside them."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lastcase.ops.settings")
_pages = get_asgi_application()

from lastcase.web.live.hub import Hub  # noqa: E402  (models are there once Django is set up)
from lastcase.web.live.stream import WithStreams  # noqa: E402

hub = Hub()
application = WithStreams(_pages, hub)
