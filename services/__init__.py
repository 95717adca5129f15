"""The services, one folder each. A service imports `shared`, never another service."""
