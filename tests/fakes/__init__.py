"""The world in memory: every port, as state that tests look at."""
