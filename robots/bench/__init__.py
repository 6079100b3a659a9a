"""The figures of `make bench`: real transfers beside the naive way and bare programs, one run."""
