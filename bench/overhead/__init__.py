"""What recording costs: the trainings that are measured, and what else watches trainings."""
