"""What exchanges told of calls, for the month in which their events and recordings may still come."""
