"""What the client of ``fetch.http`` is made of: connections, and when they may be made."""
