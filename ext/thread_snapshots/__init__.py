"""The snapshot tool: saves the threads that a Sphinx site cites, and checks them; the command ``thread-cards``.

It uses the network, and imports :mod:`sphinx_thread_cards`; that package never imports this one.
"""
