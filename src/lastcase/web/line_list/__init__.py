"""The line list: cases, contacts and duties as names."""
