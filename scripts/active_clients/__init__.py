"""The code behind the commands in `scripts`."""
