#!/usr/bin/env python3
"""The thousand epochs in NumPy, one image at a time, the kernel laid on the image as it is written (no flip); prints seconds.

It fails if its weights differ from goldens.npz, where the kernel is stored as a flipping convolution uses it.
"""
import os
import sys
import time

try:
    import numpy as np
except ImportError:
    sys.exit(3)

GOLDENS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "goldens.npz")


def correlate(image, kernel):
    rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    result = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = np.sum(image[i:i + kernel.shape[0], j:j + kernel.shape[1]] * kernel)
    return result


def train(images, targets, kernel, dense):
    for _ in range(1000):
        for image, target in zip(images, targets):
            hidden = np.tanh(correlate(image, kernel))
            output = 1 / (1 + np.exp(-hidden.ravel() @ dense))
            slope = (output - target) * output * (1 - output)
            into_hidden = (slope * dense).reshape(hidden.shape) * (1 - hidden ** 2)
            dense = dense - 0.7 * slope * hidden.ravel()
            kernel = kernel - 0.7 * correlate(image, into_hidden)
    return kernel, dense


def main():
    goldens = np.load(GOLDENS)
    seconds = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        kernel, dense = train(goldens["inputs"][:, 0], goldens["targets"][:, 0], np.rot90(goldens["w1_initial"], 2), goldens["w2_initial"][:, 0])
        seconds = min(seconds, time.perf_counter() - start)
    np.testing.assert_allclose(np.rot90(kernel, 2), goldens["w1_final"], atol=1e-12)
    np.testing.assert_allclose(dense, goldens["w2_final"][:, 0], atol=1e-12)
    print("training", seconds)


if __name__ == "__main__":
    main()
