"""What api, worker and voice share of Temporal."""
