"""How long after infection symptoms begin, by the profile of a disease."""

from __future__ import annotations

from math import exp, log, sqrt

from lastcase.core.protocol.model import Disease

Z = 1.959964
"""Standard normal deviate that leaves 2.5 % on either side."""


class NoSpread(LookupError):
    """The profile tells one number for the incubation period and not how it varies."""


def incubation_range(disease: Disease) -> tuple[float, float]:
    """Days between which the middle 95 % of incubation periods lie.

    Log-normal: median times and over the dispersion to the power `Z`. Gamma: by the cube-root approximation of
    Wilson and Hilferty (Proceedings of the National Academy of Sciences 17, 1931), within an eighth of a day at the
    shapes of the shipped profiles. Raises NoSpread.
    """
    given = set(disease.numbers)
    if not given & {"incubation.sd_days", "incubation.dispersion"}:
        raise NoSpread(disease.id)
    numbers = {name.removeprefix("incubation."): number.value for name, number in disease.numbers.items()}
    if disease.words["incubation.distribution"] == "gamma":
        shape = (numbers["mean_days"] / numbers["sd_days"]) ** 2
        scale = numbers["sd_days"] ** 2 / numbers["mean_days"]
        low, high = (
            shape * scale * max(1 - 1 / (9 * shape) + z / (3 * sqrt(shape)), 0.0) ** 3 for z in (-Z, Z)
        )
        return low, high
    if "dispersion" in numbers:
        median, sigma = numbers["median_days"], log(numbers["dispersion"])
    else:
        mean, sd = numbers["mean_days"], numbers["sd_days"]
        sigma = sqrt(log(1 + (sd / mean) ** 2))
        median = mean * exp(-(sigma**2) / 2)
    return median * exp(-Z * sigma), median * exp(Z * sigma)
