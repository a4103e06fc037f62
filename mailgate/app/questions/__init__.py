"""Answers the questions of agents and leads: lists, tickets, reports."""
