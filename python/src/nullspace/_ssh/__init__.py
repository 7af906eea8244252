"""Keys of the caller for SSH, and what belongs beside them, on the caller's disk. Sends nothing."""
