"""Files of settings that trainings are started with, read as text: nothing in them is executed."""
