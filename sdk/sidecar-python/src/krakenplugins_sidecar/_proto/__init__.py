"""The messages of the protocol; generate.py writes them."""
