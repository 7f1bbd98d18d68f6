"""The Django app of users and posts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, posts, one-time links."""

    name = "lastcase.ops.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
