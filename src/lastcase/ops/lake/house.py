"""Where the lake of an outbreak lies, and its dictionary beside it: never one within the other."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

from lastcase.engines.lake.dictionary import Dictionary, DictionaryMissing
from lastcase.engines.lake.errors import NotALake
from lastcase.engines.lake.lake import WAIT_S, Lake
from lastcase.engines.lake.manifest import has_manifest
from lastcase.engines.lake.snapshot import Snapshot
from lastcase.engines.lake.writer import locked
from lastcase.ops.lake.errors import NoLake
from lastcase.ops.records.models import LakeState, Outbreak
from lastcase.ops.records.writing import writing

LAKES, KEYS = "lakes", "lake-keys"


@dataclass(frozen=True)
class OutbreakLake:
    """The lake of an outbreak and the folder of its dictionaries."""

    outbreak: Outbreak
    lake: Lake
    keys: Path
    n_followed: int = 0
    """Up to how many visits it has been followed for everybody."""

    @property
    def n_visits(self) -> int:
        """How many visits are in it."""
        return sum(file.n_rows for file in self.lake.manifest().truth)

    def dictionary(self) -> Dictionary:
        """The dictionary that goes with the lake's numbering now. Raises DictionaryMissing."""
        while True:
            numbering = self.lake.manifest().numbering
            try:
                return Dictionary.open(self.keys, numbering)
            except DictionaryMissing:
                if self.lake.manifest().numbering == numbering:  # else somebody re-keyed meanwhile
                    raise

    def state(self) -> tuple[Snapshot, Dictionary]:
        """A state of the lake and the dictionary of its numbers, also while somebody re-keys. Raises
        DictionaryMissing, and what the lake raises."""
        while True:
            snapshot, dictionary = self.lake.snapshot(), self.dictionary()
            if snapshot.numbering == dictionary.numbering:
                return snapshot, dictionary

    @contextmanager
    def numbering(self) -> Iterator[Dictionary]:
        """The dictionary to add to or to draw anew, which nobody else does meanwhile. What a re-keying that was cut
        off left of others goes. Raises DictionaryMissing, LakeBusy."""
        with locked(self.keys, self.lake.wait_s):
            dictionary = self.dictionary()
            dictionary.forget_others()
            yield dictionary


def open_lake(outbreak: Outbreak, using: str = DEFAULT_DB_ALIAS) -> OutbreakLake:
    """The lake of the outbreak. Raises NoLake, and what the lake itself raises."""
    state = LakeState.objects.using(using).filter(outbreak=outbreak).first()
    if state is None:
        raise NoLake(outbreak=outbreak.name)
    folder, keys = _folders(state)
    try:
        return OutbreakLake(outbreak, Lake.open(folder), keys, state.n_visits)
    except NotALake:
        raise NoLake(outbreak=outbreak.name) from None


def ready_lake(outbreak: Outbreak) -> OutbreakLake:
    """The lake of the outbreak, made where there is none yet."""
    name = f"{outbreak.name[:20]}-{secrets.token_hex(8)}"
    with writing(outbreak.pk) as now:
        states = LakeState.objects.using(now.alias)
        state, _ = states.get_or_create(outbreak=outbreak, defaults={"folder": name})
    folder, keys = _folders(state)
    if not has_manifest(folder):
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(keys, WAIT_S):
            if not has_manifest(folder):
                Dictionary.create(keys)
                Lake.create(folder)
    return OutbreakLake(outbreak, Lake.open(folder), keys)


def _folders(state: LakeState) -> tuple[Path, Path]:
    home = Path(settings.LASTCASE_HOME)
    return home / LAKES / state.folder, home / KEYS / state.folder
