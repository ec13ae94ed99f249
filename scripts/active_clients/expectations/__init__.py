"""Great Expectations on the raw tables and on the marts."""
