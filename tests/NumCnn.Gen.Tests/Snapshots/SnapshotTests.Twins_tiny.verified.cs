// No kernel has lanes.
