"""Procure to pay: the life of a purchase, from the order to the money, one transaction a verb."""
