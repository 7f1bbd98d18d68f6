"""The embedded server's configuration, written anew at each start.

Who may connect: users of this machine over the socket only, by ``peer``; a map says which of them may act as
which role. There are no passwords and no network.
"""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

from lastcase.engines.embedded.layout import PORT, Layout

ADMIN = "postgres"
OWNER = "lastcase_owner"
WEB = "lastcase_web"
JOBS = "lastcase_jobs"
ROLES = (OWNER, WEB, JOBS)

MIB = 1024 * 1024
SHARED_MEMORY = Path("/dev/shm")
SHARED_MEMORY_MIN_MIB = 512


def write_config(layout: Layout) -> None:
    """Write the three files of the server's configuration into ``etc``."""
    settings = "".join(f"{name} = {_quote(value)}\n" for name, value in _settings(layout).items())
    _write(layout.etc / "postgresql.conf", settings)
    _write(layout.etc / "pg_hba.conf", "local all all peer map=lastcase\n")
    _write(layout.etc / "pg_ident.conf", _ident_map(layout))


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o644)  # the folder decides who can come near; as root, the server's user must read them


def _quote(value: object) -> str:
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def _ident_map(layout: Layout) -> str:
    """Let the caller and the server's own user act as every role; peers are told apart by the kernel."""
    users = {pwd.getpwuid(os.geteuid()).pw_name, layout.account.name}
    lines = [f'lastcase "{user}" {role}\n' for user in sorted(users) for role in (ADMIN, *ROLES)]
    return "".join(lines)


def memory_mib() -> int:
    """Return the machine's memory in MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MIB


def _shared_memory_type() -> str:
    """Return where parallel queries share memory.

    Containers often give /dev/shm a mere 64 MiB or let only root write there: then the data folder serves.
    """
    try:
        space, is_open = os.statvfs(SHARED_MEMORY), SHARED_MEMORY.stat().st_mode & stat.S_IWOTH
    except OSError:
        return "mmap"
    is_large = space.f_frsize * space.f_blocks // MIB >= SHARED_MEMORY_MIN_MIB
    return "posix" if is_large and is_open else "mmap"


def _settings(layout: Layout) -> dict[str, object]:
    """Return the settings: modest memory, safe writes, and no personal data in the log."""
    memory = memory_mib()
    return {
        "data_directory": layout.data,
        "hba_file": layout.etc / "pg_hba.conf",
        "ident_file": layout.etc / "pg_ident.conf",
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": '"' + str(layout.run).replace('"', '""') + '"',
        "unix_socket_permissions": "0700",
        "max_connections": 80,
        "shared_buffers": f"{min(512, max(64, memory // 16))}MB",
        "effective_cache_size": f"{max(256, memory // 2)}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{min(256, max(64, memory // 16))}MB",
        "dynamic_shared_memory_type": _shared_memory_type(),
        # Nobody follows this server's log. A table that is filled in the transaction that made it then goes to disk
        # once, at the commit, and not through the log as well.
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": 1.1,
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "datestyle": "iso, ymd",
        "lc_messages": "C",
        "default_text_search_config": "pg_catalog.simple",
        "log_checkpoints": "off",
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length_on_error": 0,
        "log_line_prefix": "%m [%p] ",
    }
