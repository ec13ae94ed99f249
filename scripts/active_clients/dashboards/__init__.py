"""Pages that show what a published file holds: boards are data, pages need no server."""
