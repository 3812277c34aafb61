"""D35x: checks of the sizes of objects and anchors at the training's resolution."""
