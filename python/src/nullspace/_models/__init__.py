"""What the API answers with, as plain records."""
