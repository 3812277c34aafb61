"""D5xx: checks of annotation errors, by the set's own statistics, by predictions and by a second annotation."""
