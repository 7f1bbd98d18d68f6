"""Hands pip's settings on to uv, which reads none of them.

An installation behind a mirror or a proxy has usually told pip about it already (``pip.conf`` or ``PIP_*``).
What uv has been told itself (``UV_*``) always wins.
"""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

# pip's option name -> uv's environment variable and the separator of several values
UV_NAMES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", ""),
    "proxy": ("ALL_PROXY", ""),
    "timeout": ("UV_HTTP_TIMEOUT", ""),
    "default-timeout": ("UV_HTTP_TIMEOUT", ""),
}


def read_pip_config(python: Path) -> dict[str, str]:
    """Return pip's effective options by name; an empty dict where pip cannot say.

    Later lines of ``pip config list`` do not always outrank earlier ones, so the order of precedence
    (environment, then ``install.``, then ``global.``) is applied here.
    """
    command = [str(python), "-m", "pip", "config", "list"]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    ranked: dict[str, tuple[int, str]] = {}
    for line in lines:
        key, _, quoted = line.partition("=")
        scope, _, name = key.strip().rpartition(".")
        rank = {"global": 1, "install": 2, ":env:": 3}.get(scope, 0)
        if rank and rank >= ranked.get(name, (0, ""))[0]:
            ranked[name] = (rank, str(ast.literal_eval(quoted)))
    return {name: value for name, (_, value) in ranked.items()}


def uv_environment(options: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return ``environ`` with pip's options added under uv's names; nothing already set is replaced."""
    result = dict(environ)
    for name, (variable, separator) in UV_NAMES.items():
        values = options.get(name, "").split()
        if values and variable not in environ:
            result[variable] = separator.join(values) if separator else values[0]
    if "UV_INDEX" in result:
        # pip weighs all indexes alike; the hashes of the lock keep that safe here.
        result.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return result
