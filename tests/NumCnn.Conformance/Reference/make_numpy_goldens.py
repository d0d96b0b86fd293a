#!/usr/bin/env python3
"""Reference results that need no framework: NumPy and SciPy alone.

Run: apt-get install -y python3-numpy python3-scipy && /usr/bin/python3 make_numpy_goldens.py (Debian's own python3)
Writes numpy_tiny_training.npz and numpy_conv_pool_backward.npz here. Arrays are float64; images are NCHW (batch, channel,
row, column), convolution weights OIHW, dense weights [in, out].
"""
import os

import numpy as np
from scipy.signal import convolve2d

HERE = os.path.dirname(os.path.abspath(__file__))


def conv2d(x, w, b, stride, pad):
    """Cross-correlation; x [N,C,H,W], w [O,C,KH,KW] -> [N,O,OH,OW], OH = (H + 2 pad - KH) // stride + 1."""
    x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    n, c, h, wd = x.shape
    o, _, kh, kw = w.shape
    oh, ow = (h - kh) // stride + 1, (wd - kw) // stride + 1
    y = np.zeros((n, o, oh, ow))
    for u in range(kh):
        for v in range(kw):
            y += np.einsum("nchw,oc->nohw", x[:, :, u:u + stride * oh:stride, v:v + stride * ow:stride], w[:, :, u, v])
    return y + b[None, :, None, None]


def max_pool(x, k, s):
    n, c, h, w = x.shape
    oh, ow = (h - k) // s + 1, (w - k) // s + 1
    y = np.full((n, c, oh, ow), -np.inf)
    for u in range(k):
        for v in range(k):
            y = np.maximum(y, x[:, :, u:u + s * oh:s, v:v + s * ow:s])
    return y


def tiny_training():
    """conv 2x2 (no bias) -> tanh -> dense 4->1 (no bias) -> logistic, 0.5 * squared error, plain SGD 0.7, one sample at a
    time, 1000 epochs, weights np.random.seed(598765); randn(2,2)*4, randn(4,1)*4 (legacy MT19937 + polar randn)."""
    np.random.seed(598765)
    xs = [np.zeros((3, 3)), np.array([[1., 1, 1], [0, 0, 0], [0, 0, 0]]), np.array([[0., 0, 0], [1, 1, 1], [1, 1, 1]]), np.ones((3, 3))]
    ys = np.array([[0.53], [0.77], [0.88], [1.1]])
    w1, w2 = np.random.randn(2, 2) * 4, np.random.randn(4, 1) * 4
    w1_0, w2_0 = w1.copy(), w2.copy()
    sig = lambda a: 1 / (1 + np.exp(-a))

    def forward(x):
        # scipy's convolve2d flips its kernel; a conv2d layer does not, so it is given w1 rotated by 180 degrees
        l1 = convolve2d(x, w1, "valid")
        a1 = np.tanh(l1).reshape(1, -1)
        l2 = a1 @ w2
        return l1, a1, l2, sig(l2)

    def cost():
        return sum(0.5 * float(np.square(forward(x)[3] - y).sum()) for x, y in zip(xs, ys))

    before, start = cost(), np.array([forward(x)[3].item() for x in xs])
    for _ in range(1000):
        for x, y in zip(xs, ys):
            l1, a1, l2, o = forward(x)
            d2 = (o - y) * sig(l2) * (1 - sig(l2))
            g2 = a1.T @ d2
            d1 = (d2 @ w2.T).reshape(2, 2) * (1 - np.tanh(l1) ** 2)
            g1 = np.rot90(convolve2d(x, np.rot90(d1, 2), "valid"), 2)
            w2 = w2 - 0.7 * g2
            w1 = w1 - 0.7 * g1
    save("numpy_tiny_training.npz", w1_initial=w1_0, w2_initial=w2_0, w1_final=w1, w2_final=w2, cost_before=np.array(before),
         cost_after=np.array(cost()), start_output=start, final_output=np.array([forward(x)[3].item() for x in xs]),
         inputs=np.array(xs)[:, None], targets=ys)


def conv_pool_backward():
    """Convolution and pooling, forward and backward, with stride and padding."""
    rng = np.random.RandomState(3)
    out = {}
    for i, (n, c, h, w, o, k, s, p) in enumerate([(2, 3, 7, 9, 4, 3, 1, 1), (2, 3, 8, 8, 5, 3, 2, 1), (1, 2, 6, 7, 3, 5, 1, 2), (3, 4, 9, 9, 8, 1, 1, 0)]):
        x, wt, b = rng.randn(n, c, h, w), rng.randn(o, c, k, k), rng.randn(o)
        y = conv2d(x, wt, b, s, p)
        dy = rng.randn(*y.shape)
        xp = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
        dxp, dw = np.zeros_like(xp), np.zeros_like(wt)
        oh, ow = y.shape[2:]
        for u in range(k):
            for v in range(k):
                win = (slice(None), slice(None), slice(u, u + s * oh, s), slice(v, v + s * ow, s))
                dw[:, :, u, v] = np.einsum("nohw,nchw->oc", dy, xp[win])
                dxp[win] += np.einsum("nohw,oc->nchw", dy, wt[:, :, u, v])
        dx = dxp[:, :, p:p + h, p:p + w]
        out.update({f"conv{i}_{m}": a for m, a in dict(x=x, w=wt, b=b, y=y, dy=dy, dx=dx, dw=dw, db=dy.sum((0, 2, 3)), stride_pad=np.array([s, p])).items()})
    # max pads with -inf, the average with zeros that count
    for i, (n, c, h, w, k, s, p) in enumerate([(2, 3, 8, 8, 2, 2, 0), (2, 2, 7, 9, 3, 2, 0), (1, 4, 6, 6, 3, 1, 0), (2, 3, 8, 7, 3, 2, 1)]):
        x = rng.randn(n, c, h, w)
        border = [(0, 0), (0, 0), (p, p), (p, p)]
        xm, xa = np.pad(x, border, constant_values=-np.inf), np.pad(x, border)
        y = max_pool(xm, k, s)
        dy = rng.randn(*y.shape)
        dxm, av, dxa = np.zeros_like(xm), np.zeros_like(y), np.zeros_like(xa)
        for a in range(y.shape[2]):
            for b_ in range(y.shape[3]):
                win = (slice(None), slice(None), slice(a * s, a * s + k), slice(b_ * s, b_ * s + k))
                av[:, :, a, b_] = xa[win].mean((2, 3))
                dxa[win] += dy[:, :, a, b_][..., None, None] / (k * k)
                arg = xm[win].reshape(n, c, -1).argmax(-1)
                for q in range(n):
                    for r in range(c):
                        dxm[q, r, a * s + arg[q, r] // k, b_ * s + arg[q, r] % k] += dy[q, r, a, b_]
        inner = (slice(None), slice(None), slice(p, p + h), slice(p, p + w))
        out.update({f"pool{i}_{m}": a for m, a in dict(x=x, max_y=y, dy=dy, max_dx=dxm[inner], avg_y=av, avg_dx=dxa[inner], size_stride_pad=np.array([k, s, p])).items()})
    save("numpy_conv_pool_backward.npz", **out)


def save(name, **arrays):
    np.savez_compressed(os.path.join(HERE, name), **arrays)


if __name__ == "__main__":
    tiny_training()
    conv_pool_backward()
