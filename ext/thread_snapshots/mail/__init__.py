"""Mails: from the bytes of an archive to the posts of a thread."""
