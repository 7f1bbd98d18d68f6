"""What can go wrong with a lake on disk; every message says what, where, and how to mend it."""

from __future__ import annotations

from pathlib import Path


class LakeError(Exception):
    """A lake on disk cannot do what was asked; nothing of it was changed."""


class NotALake(LakeError):
    """The folder holds no lake."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds no lake: it has no manifest.json. Create one, or name another folder."
        )


class LakeExists(LakeError):
    """A lake cannot be created where there already is something."""

    def __init__(self, folder: Path, found: str) -> None:
        super().__init__(f"{folder} is not empty (it has {found}): name a new or empty folder for the lake.")


class UnknownFormat(LakeError):
    """The lake was written by another version of Lastcase."""

    def __init__(self, path: Path, version: object, known: int) -> None:
        super().__init__(
            f"{path} has format {version}, and this version of Lastcase reads format {known}: use the version "
            "that wrote it, or create the lake anew from its sources."
        )


class LakeBusy(LakeError):
    """Somebody else is writing to the lake."""

    def __init__(self, folder: Path, wait_s: float, holder: str) -> None:
        super().__init__(
            f"{folder} is being written to by process {holder or '(unknown)'}; waited {wait_s:g} s. Try again "
            "when it is done, or wait longer."
        )


class LakeDamaged(LakeError):
    """A file of the lake is missing or is not what was written; `name` is its path within the lake."""

    def __init__(self, name: str, what: str, mend: str) -> None:
        super().__init__(f"{name}: {what}. {mend}")
        self.name, self.what, self.mend = name, what, mend


class LakeUnsteady(LakeError):
    """A reader found files replaced each time that it tried to open them."""

    def __init__(self, folder: Path, n_tries: int) -> None:
        super().__init__(
            f"{folder} changed {n_tries} times while it was being opened: try again when less is written to it."
        )


class TooManyPersons(LakeError):
    """More persons than a word has room for."""

    def __init__(self, n_persons: int, limit: int) -> None:
        super().__init__(
            f"{n_persons} persons: a lake numbers up to {limit}. Keep the visits in several lakes."
        )


class TooManySpots(LakeError):
    """More places and parts of places than a word has room for."""

    def __init__(self, n_spots: int, limit: int) -> None:
        super().__init__(
            f"{n_spots} places and named parts of places: a lake numbers up to {limit}. Name fewer parts "
            "(floors rather than seats), or keep the visits in several lakes."
        )


class TooManyQualities(LakeError):
    """More classes of quality than a word has room for."""

    def __init__(self, n_qualities: int, limit: int) -> None:
        super().__init__(
            f"{n_qualities} combinations of source and precision: a lake numbers up to {limit}. Round "
            "precision up to fewer steps."
        )


class WrongColumns(LakeError, ValueError):
    """A frame has not the columns and types that were asked for."""

    def __init__(self, found: object, asked: object) -> None:
        super().__init__(f"the frame has columns {found}; asked for are {asked}")


class NotAPermutation(LakeError, ValueError):
    """New numbers of persons are not the old ones in another order."""

    def __init__(self, n_given: int, n_persons: int) -> None:
        super().__init__(
            f"{n_given} new numbers given for {n_persons} persons: each of 0 to {n_persons - 1} must come once"
        )
