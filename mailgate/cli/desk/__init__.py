"""Commands about tickets and the work: tickets, desk, report."""
