"""The steps that touch the world. They know ports, never vendors, and each may run twice."""
