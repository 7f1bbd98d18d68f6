"""Users, posts, who holds which post, and one-time links."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from lastcase.ops.accounts.powers import POST_KINDS

POST_KIND_NAMES = {
    "administrator": _("Administrator"),
    "duty_officer": _("Duty officer"),
    "investigator": _("Investigator"),
    "data_clerk": _("Data clerk"),
    "cell_worker": _("Cell worker"),
}
LINK_KINDS = {"setup": _("First administrator"), "invite": _("Invitation"), "reset": _("New password")}


class User(AbstractUser):
    """Someone who signs in. What they may do comes from the post under which they act, never from the
    user."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(_("Name"), max_length=120, blank=True)
    language = models.CharField(_("Language"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("user")

    def __str__(self) -> str:
        return self.display_name or self.username


class Post(models.Model):
    """An office with a place in the tree of areas. `area_id` empty: the whole installation.

    `kind` says what it may do; `responsible` which duties it owes there, as an edition's time limits name
    posts (`core.protocol.schema.POSTS`). Empty: none.
    """

    kind = models.CharField(
        _("Kind"), max_length=30, choices=[(kind, POST_KIND_NAMES[kind]) for kind in POST_KINDS]
    )
    responsible = models.CharField(_("Owes duties as"), max_length=30, blank=True, default="")
    name = models.CharField(_("Name of the post"), max_length=120, blank=True)
    area_id = models.CharField(_("Area"), max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("post")

    @property
    def title(self) -> str:
        """Its own name, or that of its kind in the reader's language."""
        return self.name or str(POST_KIND_NAMES.get(self.kind, self.kind))

    def __str__(self) -> str:
        return self.title


class Holding(models.Model):
    """A user holds a post from `since_at` until `until_at` (null: still)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="holdings")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="holdings")
    since_at = models.DateTimeField(auto_now_add=True)
    until_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "post"], condition=models.Q(until_at=None), name="one_standing_holding"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.post}"


class OneTimeLink(models.Model):
    """A link that works once: the first administrator's, an invitation, or a new password.

    Only a hash of its token is kept. `post` is given to the user who accepts an invitation.
    """

    kind = models.CharField(max_length=10, choices=list(LINK_KINDS.items()))
    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="links")
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.kind


class PostToken(models.Model):
    """What a machine shows in place of a person's sign-in: it acts under a post, for one outbreak, until it expires or
    is revoked. Only a hash of it is kept.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="tokens")
    outbreak = models.CharField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=120)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.post} · {self.outbreak}"


class AccountEvent(models.Model):
    """The audit of accounts: who did what to whom's account. Ids are plain, so that a row outlives what it
    names."""

    at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=60, blank=True)
    details = models.JSONField(default=dict)
    actor_name = models.TextField()
    post_name = models.TextField()
    user_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_name}"
