"""What `scripts/install-hub` does once the program is there: a city's hub as services of a Debian 12 machine."""
