"""The code behind the commands in `scripts`, a part for each matter.

build          reads, builds, checks and publishes: dbt_runs, unchanged, machine, answers
publish        the file that readers see: published_file, a link to its versions
query          questions about it, by the metrics: metrics, questions, metric_answers
expectations   Great Expectations on raw tables and marts
engines        DuckDB, dbt v2, PostgreSQL and Spark compared; dialects that are only compiled
benchmarks     what all of it costs
mutants        wrong versions of the models' SQL, and whether the tests notice
demo_data      the raw tables of a fictional company
churn_model    the coefficients of the churn probability

private says who may read what they leave, children ends what they start when they end.
All of them know the project by `project` and have their command line from `command_line`.
"""
