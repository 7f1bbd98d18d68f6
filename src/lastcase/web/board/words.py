"""Words of the Board that no declaration carries: targets, the four alls, published indicators."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TARGETS: dict[str, Promise] = {
    "regraded_daily": _("Areas re-graded daily"),
    "new_community_detected": _("No new community case"),
    "new_infections_net": _("New cases in single digits"),
    "high_risk_areas": _("No high-risk area"),
}
UNITS: dict[str, Promise] = {
    "regraded_daily": _("days without a re-grading"),
    "new_community_detected": _("community cases"),
    "new_infections_net": _("new cases"),
    "high_risk_areas": _("high-risk areas"),
}
STATUSES: dict[str, Promise] = {
    "met": _("met"),
    "missed": _("missed"),
    "open": _("open"),
    "not_known": _("not known"),
}
STATUS_TAGS = {"met": "tag-low", "missed": "tag-high", "open": "tag-act", "not_known": "tag-medium"}
ALLS: dict[str, Promise] = {
    "test": _("Tested"),
    "transfer": _("Transferred"),
    "isolate": _("Isolated"),
    "treat": _("Treated"),
}
INDICATORS: dict[str, Promise] = {
    "new_infections_net": _("New infections, net"),
    "new_community_detected": _("New community cases"),
    "new_confirmed": _("New confirmed cases"),
    "new_asymptomatic": _("New asymptomatic infections"),
    "converted_from_asymptomatic": _("Asymptomatic infections that became confirmed"),
    "existing_confirmed": _("Confirmed cases in hospital"),
    "existing_asymptomatic": _("Asymptomatic infections under observation"),
    "existing_close_contacts": _("Close contacts under observation"),
    "new_close_contacts": _("New close contacts"),
    "stranded_tourists_at_least": _("Stranded tourists, at least"),
    "existing_severe": _("Severe cases in hospital"),
    "released_close_contacts": _("Close contacts released"),
    "cumulative_infections": _("Infections so far"),
    "cumulative_confirmed": _("Confirmed cases so far"),
    "cumulative_asymptomatic": _("Asymptomatic infections so far"),
}
