"""The lanes of a trajectory as markup: hundreds of bars, which a template would draw more slowly than they are
found."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lastcase.web.charts.lanes import BAR, Bar, Lane, Lanes, Mark
from lastcase.web.markup import escaped
from lastcase.web.templatetags.lastcase import local
from lastcase.web.templatetags.work import short_day

HATCH = (
    '<defs><pattern id="disputed-{}" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect class="hatch" width="2.5" height="7"/></pattern></defs>'
)


def drawn_lanes(drawing: Lanes, extra: str, *, has_disputed: bool) -> SafeString:
    """The drawing as SVG; `extra` is its class and tells its patterns from those of others on the page."""
    label = _(
        "A lane a day from midnight to midnight, with visits, stays and samples; the same is listed below."
    )
    return mark_safe(
        f'<svg class="chart lanes {extra}" viewBox="0 0 {drawing.width} {drawing.height}" role="img" '
        f'aria-label="{escaped(label)}">\n{HATCH.format(extra) if has_disputed else ""}\n'
        + "".join(_parts(drawing, extra))
        + "\n</svg>"
    )


def _parts(drawing: Lanes, extra: str) -> Iterator[str]:
    """The ground of all lanes, the hours, then lane by lane."""
    for lane in drawing.lanes:
        yield from _ground(drawing, lane)
    for x, hour in drawing.hours:
        yield from _hour(drawing, x, hour)
    for lane in drawing.lanes:
        yield from _head(drawing, lane)
        for bar in lane.bars:
            yield _bar(bar, extra)
        for x, mark in lane.marks:
            yield _mark(lane, x, mark)


def _ground(drawing: Lanes, lane: Lane) -> Iterator[str]:
    after = " is-after-gap" if lane.is_after_gap else ""
    y, height = lane.y, lane.height
    yield f'<rect class="lane{after}" x="{drawing.left}" y="{y}" width="{drawing.room}" height="{height}"/>'
    if lane.shade:
        x, width = lane.shade
        yield f'<rect class="lane-window" x="{x}" y="{y}" width="{width}" height="{height}"/>'


def _hour(drawing: Lanes, x: float, hour: int) -> Iterator[str]:
    yield f'<line class="rule" x1="{x}" x2="{x}" y1="18" y2="{drawing.height - 4:.1f}"/>'
    if hour != 24:
        anchor = "middle" if hour else "start"
        yield f'<text class="axis" x="{x}" y="13" text-anchor="{anchor}">{hour}:00</text>'


def _head(drawing: Lanes, lane: Lane) -> Iterator[str]:
    after = " gap-rule" if lane.is_after_gap else ""
    yield f'<line class="rule{after}" x1="0" x2="{drawing.right}" y1="{lane.y}" y2="{lane.y}"/>'
    yield (
        f'<text class="axis lane-day" x="{drawing.left - 6:.1f}" y="{lane.middle}" text-anchor="end">'
        f"{short_day(lane.on)}</text>\n"
    )


def _bar(bar: Bar, extra: str) -> str:
    """A bar with its title, what its times may be off by, a hatch where it is disputed, and its label."""
    row, lies = bar.span.row, f'x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{BAR:.0f}" rx="3"'
    parts = [
        f"<g><title>{escaped(_title(bar))}</title>",
        f'<rect class="{escaped(bar.span.style)}" {lies}/>',
    ]
    if bar.x_fuzzy:
        parts.insert(
            1,
            f'<rect class="fuzzy" x="{bar.x_fuzzy}" y="{bar.y + 4:.1f}" width="{bar.fuzzy_width}" height="11" rx="2"/>',
        )
    if row.get("objection"):
        parts.append(f'<rect class="disputed" fill="url(#disputed-{extra})" {lies}/>')
    if bar.label:
        parts.append(
            f'<text class="bar-label" translate="no" x="{bar.x + 5:.1f}" y="{bar.y + 14:.1f}">'
            f"{escaped(bar.label)}</text>"
        )
    return "".join(parts) + "</g>"


def _title(bar: Bar) -> str:
    """The whole name with part, times, and whether it is disputed."""
    row = bar.span.row
    told = [bar.span.label, row["unit"], row["when"], _("disputed") if row.get("objection") else ""]
    return " · ".join(one for one in told if one)


def _mark(lane: Lane, x: float, mark: Mark) -> str:
    return (
        f'<circle class="mark-{escaped(mark.style)}" cx="{x}" cy="{lane.y + 6:.1f}" r="5">'
        f"<title>{escaped(mark.label)} · {local(mark.at)}</title></circle>"
    )
