"""A frame of texts and a map made frames of facts, with every problem told: `convert`."""

from lastcase.ops.imports.convert.context import Context, Known
from lastcase.ops.imports.convert.whole import Converted, convert

__all__ = ["Context", "Converted", "Known", "convert"]
