"""The readers of rich text, and what they share. Others come in by ``fetch.rich_text``."""
