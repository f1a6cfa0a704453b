"""Moves goods between warehouses: sent, on their way, received, one transaction a verb."""
