"""Measurements of quality, speed and scale on the data of the folder `shared` beside the project."""
