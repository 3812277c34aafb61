"""Ultralytics YOLOv8n from yaml on real blood cells (YOLO_DATA), 2 epochs at 160 pixels."""

import os

from ultralytics import YOLO

if __name__ == "__main__":
    model = YOLO("yolov8n.yaml")
    model.train(
        data=os.environ["YOLO_DATA"],
        epochs=2,
        imgsz=160,
        batch=16,
        workers=0,
        plots=False,
        amp=False,
        fraction=0.5,
        device="cpu",
    )
