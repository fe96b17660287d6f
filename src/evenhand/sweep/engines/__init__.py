"""What partitions run on: a pool of processes on this machine, or a Ray cluster."""
