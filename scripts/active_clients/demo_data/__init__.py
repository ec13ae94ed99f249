"""The simulated company behind the demo data."""
