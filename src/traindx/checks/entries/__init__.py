"""D230 to D239: checks of the entries of COCO json and Pascal VOC xml."""
