#!/usr/bin/env python3
"""Filters and layers in NumPy, a window at a time; AlexNet's first layer by rows of windows; prints seconds.

It fails if a result differs from goldens.npz.
"""
import os
import sys
import time

try:
    import numpy as np
except ImportError:
    sys.exit(3)

GOLDENS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "goldens.npz")
NAMES = ["blur", "sharpen", "sobel_y", "sobel_x", "prewitt_y", "prewitt_x", "laplace"]


def correlate(image, kernel, step=1):
    size = len(kernel)
    rows, columns = (image.shape[0] - size) // step + 1, (image.shape[1] - size) // step + 1
    result = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = np.sum(image[i * step:i * step + size, j * step:j * step + size] * kernel)
    return result


def layer(x, weight, bias, step):
    """x [C, H, W] with a border of one zero: a map for each pair of channels, summed."""
    x = np.pad(x, [(0, 0), (1, 1), (1, 1)])
    return np.array([sum(correlate(x[c], w[c], step) for c in range(len(x))) + b for w, b in zip(weight, bias)])


def by_windows(x, weight, bias, step):
    """x [C, H, W]: the matrix of windows [OH * OW, C * K * K] times the weights."""
    size = weight.shape[2]
    rows, columns = ((n - size) // step + 1 for n in x.shape[1:])
    matrix = np.empty((rows * columns, weight[0].size))
    for i in range(rows):
        for j in range(columns):
            matrix[i * columns + j] = x[:, i * step:i * step + size, j * step:j * step + size].ravel()
    return (matrix @ weight.reshape(len(weight), -1).T + bias).T.reshape(-1, rows, columns)


def clocked(name, work):
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    print(name, best)
    return result


def main():
    goldens = np.load(GOLDENS)
    random = np.random.RandomState(4)
    image = random.randn(32, 48)
    borders = {"discard": image, "zero": np.pad(image, 1), "replicate": np.pad(image, 1, mode="edge")}
    filtered = clocked("filters", lambda: {f"{name}_{border}": correlate(padded, goldens[name + "_kernel"]) for border, padded in borders.items() for name in NAMES})
    for name, values in filtered.items():
        np.testing.assert_allclose(values, goldens[name], atol=1e-12, err_msg=name)

    x, weight, bias = random.randn(1, 12, 32, 48)[0], random.randn(24, 12, 3, 3), random.randn(24)
    for step in (1, 2):
        y = clocked(f"stride{step}", lambda: layer(x, weight, bias, step))
        np.testing.assert_allclose(y[None, ::5, ::3, ::4], goldens[f"conv3d_s{step}_sample"], atol=1e-12)

    random = np.random.RandomState(40)
    x, weight, bias = random.randn(1, 3, 227, 227)[0], 0.05 * random.randn(96, 3, 11, 11), random.randn(96)
    y = clocked("alexnet", lambda: by_windows(x, weight, bias, 4))
    np.testing.assert_allclose(y[None, ::12, ::9, ::9], goldens["alexnet_sample"], atol=1e-11)


if __name__ == "__main__":
    main()
