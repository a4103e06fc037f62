"""Decides when working time is over: hours, promises, and moments as people write them."""
