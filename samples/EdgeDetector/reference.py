#!/usr/bin/env python3
"""The three blocks in NumPy, a window at a time: `reference.py PICTURE OUT.npz` (PICTURE: a binary PGM or PPM of 451 x 300).

Writes every block's pooled maps and prints seconds. The file goldens.npz beside it is what it wrote for the sample's own picture.
"""
import sys
import time

try:
    import numpy as np
except ImportError:
    sys.exit(3)


def read(path):
    with open(path, "rb") as file:
        magic, size, largest, pixels = file.read().split(b"\n", 3)
    width, height = map(int, size.split())
    values = np.frombuffer(pixels, np.uint8).astype(np.float64) / int(largest)
    if magic == b"P5":
        return values.reshape(height, width)
    return values.reshape(height, width, 3) @ np.array([0.2125, 0.7154, 0.0721])


def convolve(maps, bank):
    """maps [C, H, W], bank [O, C, KH, KW]: valid cross-correlation, one window at a time."""
    outputs, _, rows, columns = bank.shape
    height, width = maps.shape[1] - rows + 1, maps.shape[2] - columns + 1
    result = np.empty((outputs, height, width))
    for o in range(outputs):
        for i in range(height):
            for j in range(width):
                result[o, i, j] = np.sum(maps[:, i:i + rows, j:j + columns] * bank[o])
    return result


def pool(maps, size=2):
    channels, height, width = maps.shape[0], maps.shape[1] // size, maps.shape[2] // size
    result = np.empty((channels, height, width))
    for c in range(channels):
        for i in range(height):
            for j in range(width):
                result[c, i, j] = np.max(maps[c, i * size:(i + 1) * size, j * size:(j + 1) * size])
    return result


def main(picture, out):
    image = read(picture)[None]
    random = np.random.RandomState(0)
    edges = np.array([[[[-1, 0, 1]] * 3], [[[1, 1, 1], [0, 0, 0], [-1, -1, -1]]]], dtype=float)
    banks = [edges, random.rand(3, 2, 5, 5), random.rand(1, 3, 7, 7)]
    stages, seconds = {}, float("inf")
    for _ in range(3):
        maps, start = image, time.perf_counter()
        for number, bank in enumerate(banks, 1):
            maps = pool(np.maximum(convolve(maps, bank), 0))
            stages[f"pool{number}"] = maps
        seconds = min(seconds, time.perf_counter() - start)
    stages["wide"] = convolve(image, np.array([[[[-1.0, -1, 1, 1]] * 2]]))[:, ::4, ::4]
    np.savez_compressed(out, **{name: values.astype(np.float32) for name, values in stages.items()})
    print("network", seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
