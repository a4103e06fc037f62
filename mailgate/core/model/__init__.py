"""The values everything else speaks of: mail, ticket, policy, facts, changes, and a ticket after changes."""
