"""Keeps dbt from rendering the events that nobody reads.

dbt makes a message of each of its debugging events, 14,000 in a build of the demo, before it asks
who wants it. Here one is made when someone reads it. It relies on dbt's insides: where those are
different, nothing is changed and the build takes some seconds longer.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any


def skip_debug_events() -> None:
    """Make no message of a debugging event, unless someone reads it."""
    with suppress(ImportError, AttributeError):
        from dbt_common.events.base_types import BaseEvent, DebugLevel, EventLevel
        from dbt_common.events.event_manager import EventManager
        from dbt_common.events.event_manager_client import ctx_set_event_manager

        class LaterMessage:
            """The message of an event, made when it is read for the first time."""

            def __get__(self, event: Any, owner: type) -> Any:
                if event is None:
                    return self
                BaseEvent.__init__(event, *event.__dict__["args"], **event.__dict__["kwargs"])
                return event.__dict__["pb_msg"]

        def keep_arguments(event: Any, *args: Any, **kwargs: Any) -> None:
            event.__dict__.update(args=args, kwargs=kwargs)

        class WithoutDebugEvents(EventManager):  # type: ignore[misc]
            """Passes on what is of a higher level."""

            def fire_event(self, e: Any, level: Any = None, *args: Any, **kwargs: Any) -> None:
                if (level or e.level_tag()) != EventLevel.DEBUG:
                    super().fire_event(e, level, *args, **kwargs)

        ctx_set_event_manager(WithoutDebugEvents())
        DebugLevel.__init__ = keep_arguments
        DebugLevel.pb_msg = LaterMessage()
