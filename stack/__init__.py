"""The local stack: from an empty machine to a running product, by the standard library alone."""
