"""Losses and their gradients, for LossTests. Run with PyTorch 1.13: python3 losses.py"""
import numpy as np
import torch
import torch.nn.functional as F

random = np.random.RandomState(7)
arrays = {}


def put(name, outputs, targets, loss_of):
    x = torch.tensor(outputs, requires_grad=True)
    loss = loss_of(x)
    loss.backward()
    arrays[name + ".outputs"] = outputs
    arrays[name + ".targets"] = targets
    arrays[name + ".loss"] = loss.detach().numpy()
    arrays[name + ".gradient"] = x.grad.numpy()


for dtype in (np.float64, np.float32):
    kind = np.dtype(dtype).name
    logits = (random.randn(6, 5) * 3).astype(dtype)
    logits[0] = [0, 1000, -1000, 999, 3]  # a naive exponential would overflow
    labels = np.array([1, 0, 4, 3, 2, 2])
    holes = np.array([1, -100, 4, -100, 2, 2])
    dense = random.randn(3, 4, 7).astype(dtype)
    dense_labels = random.randint(0, 4, size=(3, 7))
    dense_labels[1, 2:5] = 3
    for smoothing in (0.0, 0.1, 1.0):
        put(f"{kind}.cross_entropy_{smoothing}", logits, labels,
            lambda x: F.cross_entropy(x, torch.tensor(labels), label_smoothing=smoothing))
        put(f"{kind}.cross_entropy_holes_{smoothing}", logits, holes,
            lambda x: F.cross_entropy(x, torch.tensor(holes), label_smoothing=smoothing))
        put(f"{kind}.cross_entropy_dense_{smoothing}", dense, dense_labels,
            lambda x: F.cross_entropy(x, torch.tensor(dense_labels), label_smoothing=smoothing, ignore_index=3))
    logs = F.log_softmax(torch.tensor(dense), 1).numpy()
    put(f"{kind}.nll_dense", logs, dense_labels, lambda x: F.nll_loss(x, torch.tensor(dense_labels), ignore_index=3))

    x = random.randn(4, 9).astype(dtype)
    y = random.randn(4, 9).astype(dtype)
    x[0, :3] = y[0, :3]  # differences of exactly 0
    put(f"{kind}.mse", x, y, lambda x: F.mse_loss(x, torch.tensor(y)))
    put(f"{kind}.half_squared_error", x, y, lambda x: 0.5 * ((x - torch.tensor(y)) ** 2).sum() / len(y))
    put(f"{kind}.l1", x, y, lambda x: F.l1_loss(x, torch.tensor(y)))
    for beta in (1.0, 0.3, 0.0):
        if beta == 0:
            x = x + dtype(2**-10)  # with beta 0 PyTorch's derivative at 0 is -1, where ours is 0
        put(f"{kind}.smooth_l1_{beta}", x, y, lambda x: F.smooth_l1_loss(x, torch.tensor(y), beta=beta))
    z = (random.randn(4, 9) * 4).astype(dtype)
    z[1, :4] = [60, -60, 500, -500]
    p = random.rand(4, 9).astype(dtype)
    p[1, :4] = [1, 0, 0, 1]
    put(f"{kind}.bce_with_logits", z, p, lambda x: F.binary_cross_entropy_with_logits(x, torch.tensor(p)))
    q = random.rand(4, 9).astype(dtype)
    q[2, :4] = [0, 1, 1e-30, 1]
    hits = (random.rand(4, 9) > 0.5).astype(dtype)
    hits[2, :4] = [0, 0, 1, 1]
    put(f"{kind}.bce", q, hits, lambda x: F.binary_cross_entropy(x, torch.tensor(hits)))

np.savez_compressed("losses.npz", **arrays)
