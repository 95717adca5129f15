"""What nobody may do: on the bus, on the link between the organisations, and to each other."""
