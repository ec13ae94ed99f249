"""The check of the SQL's layout finds what sqlfluff finds by itself."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from active_clients.project import ROOT
from conftest import run_script

WRONG = """\
with

paid as (
    select client_id,amount
  from invoices
    where it_was_paid and amount > 0 and issued_at >= date '2025-01-01' and issued_at < '2026-01-01'
        or is_refunded
),
final as (
    select client_id, sum( amount ) as amount from paid
group by client_id
)


select * from final
"""


def found(path: Path, *command: str) -> list[dict[str, Any]]:
    options = ("--config", str(ROOT / ".sqlfluff"), "--templater", "raw", "--format", "json")
    done = run_script([sys.executable, "-m", *command, "lint", *options, str(path)])
    [file] = json.loads(done.stdout)
    violations: list[dict[str, Any]] = file["violations"]
    return violations


def test_rules_that_share_a_layout_find_what_each_finds_alone(tmp_path: Path) -> None:
    path = tmp_path / "wrong.sql"
    path.write_text(WRONG)
    together = found(path, "active_clients.lint_sql")
    # Those that ask for the layout, and some after them.
    assert {violation["code"] for violation in together} >= {"LT01", "LT02", "LT05", "LT08"}
    assert together == found(path, "sqlfluff")
