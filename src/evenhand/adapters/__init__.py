"""The outside, each thing behind a small port: blob stores, checkpoint shelves, hosts, mail."""
