"""The engines the project runs on, and those it only compiles for."""
