"""Ultralytics YOLOv8n from yaml on a few real pictures of blood cells (YOLO_DATA), 16 epochs at 128 pixels."""

from data import yolo_subset
from ultralytics import YOLO

if __name__ == "__main__":
    model = YOLO("yolov8n.yaml")
    model.train(
        data=yolo_subset(),
        epochs=16,
        imgsz=128,
        batch=8,
        nbs=8,
        warmup_epochs=0,
        workers=0,
        plots=False,
        amp=False,
        device="cpu",
    )
