"""Work made of many small Polars steps, without the threads that each of them would hand its few rows to.

To hand a step over and to wait for it costs more than the step itself where a frame has some hundred rows, and it takes
the processors from whoever works beside. Within a callback of its streaming plans Polars hands nothing over, so the
work is done in one. Frames of whole outbreaks gain by threads: nothing that reads those belongs here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import polars as pl

P = ParamSpec("P")
R = TypeVar("R")


def small_steps(work: Callable[P, R]) -> Callable[P, R]:
    """The function, whose Polars steps run on the thread that calls it, one after another.

    What it returns and what it raises is as without. It may call itself and others like it.
    """

    @wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        result: list[R] = []
        raised: list[BaseException] = []

        def step(frame: pl.DataFrame) -> pl.DataFrame:
            try:
                result.append(work(*args, **kwargs))
            except BaseException as error:
                raised.append(error)
            return frame

        _ONE_ROW.lazy().map_batches(step, validate_output_schema=False).collect(engine="streaming")
        if raised:
            raise raised.pop()
        return result[0]

    return done


_ONE_ROW = pl.DataFrame({"": [0]})
