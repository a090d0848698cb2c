"""From the network to a snapshot. Nothing that runs in a build imports this package; only the command line does.

It needs more than Sphinx: the extra ``fetch`` of the distribution.
"""
