"""The Django app of facts and answers."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    """Facts, answers, outbreaks, audit. Grants and policies are laid anew after each migration."""

    name = "lastcase.ops.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lastcase.ops.records.security import lay_policies

        post_migrate.connect(lay_policies, dispatch_uid="lastcase.records.policies")
