"""A file, a map or a request that cannot be taken at all. Problems of single rows are no errors: see
`problems`."""

from __future__ import annotations


class ImportRefused(Exception):
    """The file or the map was refused as a whole, and nothing was written.

    `message_id` and `params` name a text of the catalogue; `mend_id` one that says what to do. `kind` is the
    class of exit code at the command line.
    """

    def __init__(self, name: str, /, *, kind: str = "refused_file", **params: object) -> None:
        super().__init__(name, params)
        self.kind = kind
        self.message_id = f"imports.refused.{name}"
        self.mend_id = f"imports.refused.{name}.mend"
        self.params = params
