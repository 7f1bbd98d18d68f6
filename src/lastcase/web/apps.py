"""The Django app that carries the web's templates, static files and texts."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Base templates, static files, translations."""

    name = "lastcase.web"
    label = "web"
