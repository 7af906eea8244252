"""The blocking SDK."""
