"""The page on own data can be followed to the letter."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import duckdb
import yaml

from active_clients.project import raw_tables, read_vars
from conftest import ROOT, run_script
from test_docs import section

PUBLISHED = """\
customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,\
InternetService,OnlineSecurity,OnlineBackup,DeviceProtection,TechSupport,StreamingTV,\
StreamingMovies,Contract,PaperlessBilling,PaymentMethod,MonthlyCharges,TotalCharges,Churn
7590-VHVEG,Female,0,Yes,No,1,No,No phone service,DSL,No,Yes,No,No,No,No,Month-to-month,Yes,\
Electronic check,29.85,29.85,No
0002-ORFBO,Male,0,No,No,7,Yes,No,Fiber optic,No,No,No,No,No,No,One year,No,Mailed check,\
56.95,398.65,Yes
4472-LVYGI,Female,0,Yes,Yes,0,No,No phone service,DSL,Yes,No,Yes,Yes,Yes,No,Two year,Yes,\
Bank transfer (automatic),52.55, ,No
"""


def documented(language: str, opening: str) -> str:
    """What the example types between two marks."""
    text = section(ROOT / "docs/bring_your_own_data.md", "From beginning to end")
    [found] = re.findall(rf"{re.escape(opening)}'{language}'\n(.*?)\n{language}\n", text, re.DOTALL)
    return str(found)


def test_the_published_file_becomes_the_raw_tables_that_the_build_reads(tmp_path: Path) -> None:
    (tmp_path / "WA_Fn-UseC_-Telco-Customer-Churn.csv").write_text(PUBLISHED)
    typed = documented("PYTHON", "- <<").replace("/data/telco_ibm", str(tmp_path))
    typed = typed.replace("raw/telco_ibm", str(tmp_path))
    done = run_script([sys.executable, "-c", typed])
    assert done.returncode == 0, done.stderr

    variables = documented("YAML", "vars.yml <<").replace("raw/telco_ibm", str(tmp_path))
    tables = raw_tables(read_vars(variables))
    assert set(yaml.safe_load(variables)["empty_tables"]) < {table.label for table in tables}
    connection = duckdb.connect()
    for table in tables:
        assert table.enabled == Path(table.location).exists()
        if table.enabled:
            described = connection.execute(f"describe from '{table.location}'").fetchall()
            assert [row[0] for row in described] == list(table.columns)
    rows = connection.execute(
        "select subscription_id, client_id, plan_id, unit_price, started_at::varchar,"
        f" ended_at::varchar from '{tmp_path}/subscriptions.parquet' order by started_at"
    ).fetchall()
    assert rows == [
        ("s0002-ORFBO", "0002-ORFBO", "One year", "56.95", "2018-02-28", "2018-09-30"),
        ("s7590-VHVEG", "7590-VHVEG", "Month-to-month", "29.85", "2018-08-30", None),
        ("s4472-LVYGI", "4472-LVYGI", "Two year", "52.55", "2018-09-30", None),
    ]


def test_no_raw_table_is_where_dbt_cleans() -> None:
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    text = section(ROOT / "docs/bring_your_own_data.md", "From beginning to end")
    written = re.findall(r"(?:connect\(|to ')\"?([\w./]+)", text)
    assert not [path for path in written if path.split("/")[0] in project["clean-targets"]]
