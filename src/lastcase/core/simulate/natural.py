"""The course of an infection as tables: from a disease profile to numbers that a draw can be looked up in.

Instants are whole hours. Every table holds equally likely values (quantiles), so that one draw picks one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy import stats

from lastcase.core.contacts.incubation import NoSpread
from lastcase.core.protocol.model import Disease
from lastcase.core.simulate.chance import Floats, Ints

DAY_H = 24
N_QUANTILES = 1024
N_CLASSES = 64
"""Individual variation: so many equally large classes of persons by how many they infect."""
DAYS_POSITIVE = 60
"""A test beyond so many days after infection finds nothing."""


@dataclass(frozen=True)
class Natural:
    """How an infection runs.

    Attributes
    ----------
    reproduction : cases per case with nothing done, everybody susceptible
    infectivity : by class, infections relative to the mean; gamma of the profile's dispersion
    incubation_h : quantiles of hours from infection to onset
    generation_h : quantiles of hours from infection to a transmission
    asymptomatic : share who never have symptoms
    sensitivity : by whole days since infection, share of tests that find it
    severe, fatal : share of infections, the whole population's mean
    shedding_h : quantiles of hours from infection until two tests in a row are negative
    """

    reproduction: float
    infectivity: Floats
    incubation_h: Ints
    generation_h: Ints
    asymptomatic: float
    sensitivity: Floats
    severe: float
    fatal: float
    shedding_h: Ints


def quantiles(distribution: stats.rv_continuous, n: int = N_QUANTILES) -> Floats:
    """The middles of `n` equally likely parts."""
    found: Floats = distribution.ppf((np.arange(n) + 0.5) / n)
    return found


def hours(distribution: stats.rv_continuous, n: int = N_QUANTILES) -> Ints:
    """The same of a distribution of days, in whole hours, at least one."""
    return np.maximum(1, np.round(quantiles(distribution, n) * DAY_H)).astype(np.int64)


def gamma(mean: float, sd: float) -> stats.rv_continuous:
    """The gamma distribution of a mean and standard deviation."""
    return stats.gamma((mean / sd) ** 2, scale=sd**2 / mean)


def natural_of(disease: Disease, *, reproduction: float | None = None) -> Natural:
    """The tables of a profile; `reproduction` in place of its own under baseline measures.

    Raises KeyError where the profile lacks a number that the model needs, NoSpread where it does not tell how the
    incubation period or the generation time varies.
    """
    number = {name: each.value for name, each in disease.numbers.items()}
    own = number.get("reproduction.baseline_measures", number.get("reproduction.uncontrolled"))
    if reproduction is None and own is None:
        raise KeyError("reproduction.uncontrolled")
    return Natural(
        reproduction=float(own if reproduction is None else reproduction),  # type: ignore[arg-type]
        infectivity=_infectivity(number.get("dispersion.k")),
        incubation_h=hours(_spread(number, disease.words, "incubation")),
        generation_h=hours(_spread(number, disease.words, _generation(number))),
        asymptomatic=number.get("asymptomatic.share", 0.0),
        sensitivity=_sensitivity(number),
        severe=number.get("severe_or_fatal.share", 0.0),
        fatal=number.get("fatal.share", 0.0),
        shedding_h=_shedding(number),
    )


def _generation(number: dict[str, float]) -> str:
    return "generation" if "generation.mean_days" in number else "serial_interval"


def _spread(number: Mapping[str, float], words: Mapping[str, str], name: str) -> stats.rv_continuous:
    if f"{name}.dispersion" in number:
        return stats.lognorm(log(number[f"{name}.dispersion"]), scale=number[f"{name}.median_days"])
    if f"{name}.sd_days" not in number:
        raise NoSpread(name)
    mean, sd = number[f"{name}.mean_days"], number[f"{name}.sd_days"]
    if words[f"{name}.distribution"] == "gamma":
        return gamma(mean, sd)
    sigma = sqrt(log(1 + (sd / mean) ** 2))
    return stats.lognorm(sigma, scale=mean * exp(-(sigma**2) / 2))


def _infectivity(k: float | None) -> Floats:
    """Means of the classes, 1 on average; everybody the same where the profile tells no dispersion."""
    if k is None:
        return np.ones(N_CLASSES)
    many = quantiles(stats.gamma(k, scale=1 / k), N_CLASSES * 256).reshape(N_CLASSES, -1).mean(axis=1)
    classes: Floats = many / many.mean()
    return classes


def _sensitivity(number: dict[str, float]) -> Floats:
    """A line through the days that the profile gives, from nothing at the infection; shifted earlier where it says so.

    Hellewell 2021 where it is there: up to the peak, half at day 10, and on at the same slope.
    """
    peak = number.get("pcr_sensitivity_hellewell.peak_share", 0.8)
    at = number.get("pcr_sensitivity_hellewell.peak_on_days", 4.0)
    half = number.get("pcr_sensitivity_hellewell.day_10_share", 0.5)
    shift = number.get("pcr.shift_earlier_days", 0.0)
    slope = (peak - half) / max(10.0 - at, 1.0)
    days = np.arange(DAYS_POSITIVE + 1) + shift
    shares: Floats = np.interp(days, [1.0, at, at + peak / slope], [0.0, peak, 0.0])
    return shares


def _shedding(number: dict[str, float]) -> Ints:
    """Log-normal around the profile's median, its quartiles at `low` and `high`; from the infection on."""
    median = number.get("shedding.median_days", 14.0)
    return hours(stats.lognorm(0.5, scale=median))
