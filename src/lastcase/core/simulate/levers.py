"""What a plan can change beside the edition: how fast and how fully the response works, and what there is of it.

Every default is `assumed`: a range of the literature or of public accounts, to be replaced by what a city measures of
itself. None of them is a rule; rules come from the edition (see `controls`).
"""

from __future__ import annotations

from dataclasses import dataclass

UNLIMITED = 1 << 40
"""So much of something that it never runs out."""


@dataclass(frozen=True, kw_only=True)
class Levers:
    """Shares are of 1, delays whole hours, capacities a day unless they say otherwise.

    Attributes
    ----------
    household_share, group_share : of the transmissions of a case with nothing done, those at home and in class or team
    local_share, town_share : of community contacts, those inside the own cell, and those inside the own town beyond
    asymptomatic_factor : infections by who never has symptoms, relative to others
    vaccine_factor : by doses, chance to be infected relative to nobody vaccinated
    care_share, care_share_alerted : of those with symptoms, who seek care, before and after the first case is known
    care_delay_h : mean hours from onset to being sampled (quantiles of an exponential)
    result_h : hours from a sample to its result, with no backlog
    laboratory : tubes that can be read
    pool : persons in a tube of a round; dilution : a tube of `pool` with one positive finds it so much less often,
        as `pool` to the power minus this
    attendance : share who come to a round
    interviewers : interviews that can be held; interview_h : hours from the result to the interview at the earliest
    window_days : days before onset (or the first positive sample) over which contacts are sought; None: the edition's
    recall_group, recall_community : share of those met that are named
    reach_h : mean hours from being named to being in quarantine; unreached : share never found
    rooms, beds : places of central quarantine and of isolation at a time
    vehicles : persons who can be taken to a room or bed
    leak_home, leak_closed : chance a day that who is bound to the home, or lives in a closed area, goes out anyway
    facility : chance that an infection in central quarantine that would have been in the community reaches a neighbour
    designate_h : hours from a result to the closing of the area
    measures_from_h, measures : from that hour on, the share of contacts beyond the home that still happen
    arrivals : infected persons who come in a day; export_rate : chance a day that somebody infected, and not bound,
        leaves for elsewhere
    screens : whether rounds of whole areas are held, where the edition has them
    """

    household_share: float = 0.35
    group_share: float = 0.30
    local_share: float = 0.4
    town_share: float = 0.35
    asymptomatic_factor: float = 0.7
    vaccine_factor: tuple[float, ...] = (1.0, 0.95, 0.85, 0.75)
    care_share: float = 0.3
    care_share_alerted: float = 0.7
    care_delay_h: int = 30
    result_h: int = 10
    laboratory: int = UNLIMITED
    pool: int = 10
    dilution: float = 0.03
    attendance: float = 0.93
    interviewers: int = UNLIMITED
    interview_h: int | None = None
    window_days: int | None = None
    recall_group: float = 0.6
    recall_community: float = 0.4
    reach_h: int = 8
    unreached: float = 0.03
    rooms: int = UNLIMITED
    beds: int = UNLIMITED
    vehicles: int = UNLIMITED
    leak_home: float = 0.05
    leak_closed: float = 0.15
    facility: float = 0.02
    designate_h: int = 12
    measures_from_h: int = UNLIMITED
    measures: float = 1.0
    arrivals: float = 0.0
    export_rate: float = 0.002
    screens: bool = True
