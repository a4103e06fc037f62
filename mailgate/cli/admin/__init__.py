"""Commands for whoever runs the gateway: set-up, the daemon, people, rules, backup, health."""
