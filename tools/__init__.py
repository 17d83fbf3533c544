"""The arithmetic of the addon, in plain Python: no ORM, exact decimals, doctests."""
