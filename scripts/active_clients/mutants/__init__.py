"""Wrong versions of the models' SQL, and whether the models' tests notice.

mutations    what can be wrong with a piece of SQL, one change at a time
unit_tests   dbt's unit tests, run without dbt on whatever SQL a model has
command      draws mutants evenly over the models, runs them, and reports
"""
