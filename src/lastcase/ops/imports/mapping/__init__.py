"""Maps: which column of a file states which field of which fact table. Written by hand, or proposed by
headings."""

from lastcase.ops.imports.mapping.automatic import Guess, Proposal, propose
from lastcase.ops.imports.mapping.model import Condition, FieldMap, FileMap, TableMap
from lastcase.ops.imports.mapping.ready import load_map, ready_maps
from lastcase.ops.imports.mapping.toml import dumps, from_dict, loads, to_dict

__all__ = [
    "Condition",
    "FieldMap",
    "FileMap",
    "Guess",
    "Proposal",
    "TableMap",
    "dumps",
    "from_dict",
    "load_map",
    "loads",
    "propose",
    "ready_maps",
    "to_dict",
]
