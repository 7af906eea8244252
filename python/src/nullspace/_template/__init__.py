"""What a template is made of: steps, files, probes. Reads the disk of the caller, sends nothing."""
