"""Pages that are made for people, and describe themselves: as trees, and as threads."""
