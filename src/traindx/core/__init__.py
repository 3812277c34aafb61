"""Facts, checks, causes and the report: plain data and pure functions (numpy only)."""
