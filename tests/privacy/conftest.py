"""The same small world as the tests of the web."""

from tests.integration.web.conftest import as_web, sign_in, tree

__all__ = ["as_web", "sign_in", "tree"]
