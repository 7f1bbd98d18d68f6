"""Where the lake of an outbreak lies, and its dictionary beside it: never one within the other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from lastcase.engines.lake.dictionary import Dictionary
from lastcase.engines.lake.errors import NotALake
from lastcase.engines.lake.lake import Lake
from lastcase.ops.lake.errors import NoLake
from lastcase.ops.records.models import Outbreak

LAKES, KEYS = "lakes", "lake-keys"


@dataclass(frozen=True)
class OutbreakLake:
    """The lake of an outbreak and the folder of its dictionaries."""

    outbreak: Outbreak
    lake: Lake
    keys: Path

    def dictionary(self) -> Dictionary:
        """The dictionary that goes with the lake's numbering now. Raises DictionaryMissing."""
        return self.dictionary_of(self.lake.manifest().numbering)

    def dictionary_of(self, numbering: int) -> Dictionary:
        """The dictionary that goes with a numbering. Raises DictionaryMissing."""
        return Dictionary.open(self.keys, numbering)


def open_lake(outbreak: Outbreak) -> OutbreakLake:
    """The lake of the outbreak. Raises NoLake, and what the lake itself raises."""
    folder, keys = _folders(outbreak)
    try:
        return OutbreakLake(outbreak, Lake.open(folder), keys)
    except NotALake:
        raise NoLake(outbreak=outbreak.name) from None


def ready_lake(outbreak: Outbreak) -> OutbreakLake:
    """The lake of the outbreak, made where there is none yet."""
    folder, keys = _folders(outbreak)
    try:
        lake = Lake.open(folder)
    except NotALake:
        Dictionary.create(keys)
        lake = Lake.create(folder)
    return OutbreakLake(outbreak, lake, keys)


def _folders(outbreak: Outbreak) -> tuple[Path, Path]:
    home = Path(settings.LASTCASE_HOME)
    return home / LAKES / str(outbreak.pk), home / KEYS / str(outbreak.pk)
