"""The daemon's side of the API: tokens judged, tickets told, messages taken in."""
