#!/usr/bin/env python3
"""The batched layers in NumPy, by rows of windows and one matrix product; prints seconds.

The numbers of goldens.npz come from the layers' formulas, so that this script can be checked against them: it fails if it differs.
"""
import os
import sys
import time

try:
    import numpy as np
except ImportError:
    sys.exit(3)

GOLDENS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "goldens.npz")


def timed(work, runs=3):
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return result, best


def windows(x, size, step, padding):
    """x [N, H, W, C] to a matrix with a row for each window: [N * OH * OW, size * size * C]."""
    x = np.pad(x, [(0, 0), (padding, padding), (padding, padding), (0, 0)])
    samples, height, width, channels = x.shape
    rows, columns = (height - size) // step + 1, (width - size) // step + 1
    matrix = np.empty((samples * rows * columns, size * size * channels))
    row = 0
    for n in range(samples):
        for i in range(rows):
            for j in range(columns):
                matrix[row] = x[n, i * step:i * step + size, j * step:j * step + size].ravel()
                row += 1
    return matrix


def pooled(x, size=2):
    """x [N, H, W, C]: a row of size * size values for each window and channel, the largest of each, and the mask of where it is."""
    samples, height, width, channels = x.shape
    matrix = np.empty((samples * (height // size) * (width // size) * channels, size * size))
    row = 0
    for n in range(samples):
        for i in range(0, height, size):
            for j in range(0, width, size):
                matrix[row:row + channels] = x[n, i:i + size, j:j + size].reshape(size * size, channels).T
                row += channels
    largest = matrix.max(axis=1, keepdims=True)
    return largest.reshape(samples, height // size, width // size, channels), matrix == largest


def main():
    random = np.random.RandomState(1)
    x = random.randn(8, 16, 32, 48)
    weight, bias = 0.01 * random.randn(32, 16, 3, 3), random.randn(32)
    dense_weight, dense_bias = 0.01 * random.randn(32, 16 * 32 * 48), random.randn(32)
    images = np.ascontiguousarray(x.transpose(0, 2, 3, 1))
    kernel = np.ascontiguousarray(weight.transpose(2, 3, 1, 0).reshape(-1, 32))

    matrix, building = timed(lambda: windows(images, 3, 1, 1))
    conv, product = timed(lambda: np.maximum(0, matrix @ kernel + bias))
    (pool, mask), pooling = timed(lambda: pooled(images))
    dense, dense_seconds = timed(lambda: np.maximum(0, x.reshape(8, -1) @ dense_weight.T + dense_bias))

    goldens = np.load(GOLDENS)
    np.testing.assert_allclose(conv.reshape(8, 32, 48, 32).transpose(0, 3, 1, 2)[:, ::8, ::5, ::7], goldens["conv_sample"], atol=1e-12)
    np.testing.assert_allclose(pool.transpose(0, 3, 1, 2)[:, ::4, ::3, ::5], goldens["pool_sample"], atol=0)
    np.testing.assert_allclose(dense, goldens["dense"], atol=1e-11)
    assert (mask.sum(axis=1) == 1).all()
    print("building", building)
    print("product", product)
    print("convolution", building + product)
    print("pooling", pooling)
    print("dense", dense_seconds)
    print("layers", building + product + pooling + dense_seconds)


if __name__ == "__main__":
    main()
