"""Tags that set acts into a page: each draws what the reading post may sign there, and nothing else."""

from __future__ import annotations

from typing import Any

import polars as pl
from django import template
from django.utils.translation import gettext as _

from lastcase.core.facts.field import Code
from lastcase.core.facts.vocabulary import CASE_STATUSES, DUTY_KINDS
from lastcase.web.acts import panel
from lastcase.web.acts.views import acting_at
from lastcase.web.templatetags.lastcase import code_name, is_chinese

register = template.Library()


def _desk(context: template.Context) -> panel.Desk:
    page, request = context["page"], context["request"]
    return panel.Desk(context["situation"], page.actor, request.get_full_path())


@register.inclusion_tag("acts/panel.html", takes_context=True)
def decide_panel(context: template.Context) -> dict[str, Any]:
    """What may be signed about the person of the page, and what has been."""
    desk, record, page = _desk(context), context["record"], context["page"]
    may_act = acting_at(page) is not None
    signs = any(page.actor.may(power) for power in ("judge", "sign", "hand_over", "record"))
    return {
        "page": page,
        "areas": context["areas"],
        "request": context["request"],
        "offers": panel.offers_on_person(desk, record) if may_act and signs else [],
        "decisions": panel.decisions_on(desk, record.person["person_id"], may_act),
        "is_past": signs and not may_act,
    }


@register.inclusion_tag("acts/group.html", takes_context=True)
def record_group(context: template.Context) -> dict[str, Any]:
    """The form that records an unnamed group, for who may; and what else brings one in."""
    desk, page = _desk(context), context["page"]
    may_record = page.actor.may("record")
    return {
        "page": page,
        "form": panel.group_form(desk) if may_record and acting_at(page) is not None else None,
        "may_record": may_record,
        "may_import": page.actor.may("import"),
        "is_empty": not context["groups"],
    }


@register.inclusion_tag("acts/day0.html", takes_context=True)
def day0_strip(context: template.Context) -> dict[str, Any]:
    """Day 0 of each set of targets, its history, and the forms of who may sign."""
    desk, page = _desk(context), context["page"]
    at = acting_at(page)
    signs_regrade = any(target["status"].numerator == "regraded_daily" for target in context["targets"])
    return {
        "page": page,
        "desks": panel.day0_desks(desk, at is not None),
        "regrade": panel.regrade_form(desk, signs_regrade and at is not None, at or page.as_of),
        "regraded": _last_regraded(context) if signs_regrade else None,
    }


@register.inclusion_tag("acts/regrade.html", takes_context=True)
def regrade_strip(context: template.Context) -> dict[str, Any]:
    """The daily re-grading of the areas: when it was signed last, and the form of who may sign."""
    desk, page = _desk(context), context["page"]
    at = acting_at(page)
    return {
        "page": page,
        "regrade": panel.regrade_form(desk, at is not None, at or page.as_of),
        "regraded": _last_regraded(context),
    }


def _last_regraded(context: template.Context) -> dict[str, Any] | None:
    signed = context["situation"].facts["decisions"].filter(pl.col("decision_kind") == "regrade")
    rows = signed.sort("value_on", "signed_at", nulls_last=False).tail(1).to_dicts()
    return rows[0] if rows else None


@register.inclusion_tag("acts/candidates.html", takes_context=True)
def candidates_link(context: template.Context) -> dict[str, Any]:
    """How many candidates wait for a judgement, with the way to them; nothing for who may not judge."""
    return {"page": context["page"], "pending": context.get("pending")}


@register.simple_tag(takes_context=True)
def sign_url(context: template.Context, form: Any) -> str:
    """Where the form of an act is sent."""
    from django.urls import reverse

    return reverse(form.url_name, kwargs={"outbreak": context["page"].name})


@register.filter
def subject_name(decision: dict[str, Any]) -> str:
    """What a decision is about, in words."""
    kind, subject = decision["decision_kind"], decision["subject"]
    if kind == "exempt":
        return _coded(DUTY_KINDS, subject) if subject else _("All duties")
    if kind == "case_status":
        return _coded(CASE_STATUSES, subject)
    if kind == "override_detection":
        return _("As derived from the control") if subject == "derived" else _detection(subject)
    if kind in ("same_person", "not_same_person"):
        return str(subject)
    return ""


def _detection(value: str) -> str:
    return code_name(value, "detection_override")


def _coded(codes: tuple[Code, ...], value: str) -> str:
    return next((code.zh if is_chinese() else code.en for code in codes if code.value == value), value)
