"""How the gateway is, told on every surface: status, pages for machines, systemd, the admin's alarm."""
