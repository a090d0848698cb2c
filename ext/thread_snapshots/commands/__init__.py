"""What the command line does, a file for each command. Only those that ask the network import ``fetch``."""
