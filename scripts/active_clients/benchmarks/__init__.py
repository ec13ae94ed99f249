"""What the project costs, beside other ways to the same answers."""
