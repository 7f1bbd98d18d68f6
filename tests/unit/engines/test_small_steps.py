"""Work in small steps: done where it is called, with the same result and the same error."""

from __future__ import annotations

from threading import get_ident
from time import process_time, thread_time

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from lastcase.engines.small_steps import small_steps


class Cut(BaseException):
    """What no `except Exception` catches, as when somebody stops a process."""


def test_result_and_arguments_pass_through() -> None:
    @small_steps
    def added(one: int, *, other: int) -> int:
        return one + other

    assert added(1, other=2) == 3
    assert added.__name__ == "added"


def test_runs_once_on_the_calling_thread() -> None:
    seen: list[int] = []
    small_steps(lambda: seen.append(get_ident()))()
    assert seen == [get_ident()]


def test_polars_hands_nothing_to_other_threads() -> None:
    frame = pl.DataFrame({"a": pl.int_range(1_000_000, eager=True).shuffle(seed=1)})

    @small_steps
    def own_share() -> float:
        own, everybody = thread_time(), process_time()
        for _ in range(3):
            frame.sort("a")
        return (thread_time() - own) / (process_time() - everybody)

    assert own_share() > 0.7


def test_polars_steps_give_the_same_frames() -> None:
    def grouped(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.group_by("a").agg(pl.col("b").sum()).join(frame, on="a").sort("a", "b")

    frame = pl.DataFrame({"a": [1, 2, 1, 3], "b": [10, 20, 30, 40]})
    assert_frame_equal(small_steps(grouped)(frame), grouped(frame))


@pytest.mark.parametrize(
    "error", [ValueError("not so"), Cut(), KeyboardInterrupt(), pl.exceptions.ShapeError("bent")]
)
def test_errors_come_out_as_they_were_raised(error: BaseException) -> None:
    def fails() -> None:
        raise error

    with pytest.raises(type(error)) as found:
        small_steps(fails)()
    assert found.value is error
    assert found.traceback[-1].name == "fails"
    assert small_steps(lambda: 1)() == 1


def test_within_itself() -> None:
    @small_steps
    def counted(n: int) -> int:
        return 0 if n == 0 else 1 + counted(pl.select(pl.lit(n) - 1).item())

    @small_steps
    def outer() -> int:
        with pytest.raises(ZeroDivisionError):
            small_steps(lambda: 1 // 0)()
        return counted(5)

    assert outer() == 5
