"""Customers looked up elsewhere: asked about in the background, kept for a while, given up while it fails."""
