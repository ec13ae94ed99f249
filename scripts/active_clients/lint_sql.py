"""sqlfluff, which reads the layout of a file once for all its rules that ask for it.

Only where it lints: what it fixes is another file for the next rule.
"""

from __future__ import annotations

import gc
import sys
from typing import Any

from sqlfluff.cli.commands import cli
from sqlfluff.utils.reflow.sequence import ReflowSequence

# Most of its time goes to objects that live as long as it does: collect garbage seldom.
gc.set_threshold(200_000, 50, 100)


def read_layout_once() -> None:
    """Let rules that come one after the other share what is the same for them."""
    sequence: Any = ReflowSequence
    read_layout = sequence.from_root
    last: list[Any] = [None, None, None]

    def from_root(root_segment: Any, config: Any) -> Any:
        if last[0] is not root_segment or last[1] is not config:
            last[:] = [root_segment, config, read_layout(root_segment, config)]
        known = last[2]
        return sequence(list(known.elements), root_segment, known.reflow_config, known.depth_map)

    sequence.from_root = from_root


if __name__ == "__main__":
    if sys.argv[1:2] == ["lint"]:
        read_layout_once()
    cli()
