"""How a stream says things: server-sent events."""

from __future__ import annotations

import json

STREAM = "text/event-stream"
RETRY = "retry: 1000\n\n"
"""A browser that lost the stream tries again after so many milliseconds."""
HEARTBEAT = ": still here\n\n"
END = "event: end\ndata: {}\n\n"


def revision_event(topic: str, revision: int) -> str:
    """That the answers of the outbreak `topic` stand on `revision`, which is also the event's id."""
    data = json.dumps({"topic": topic, "revision": revision})
    return f"id: {revision}\nevent: revision\ndata: {data}\n\n"
