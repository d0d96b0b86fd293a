"""Trajectories of torch.optim in float64, for OptimizerTests. Run with PyTorch 1.13: python3 optimizers.py

Gradients are those of a fixed non-convex function of the parameters, so that every step depends on all earlier ones.
"""
import numpy as np
import torch

STEPS, SIZE = 200, 21
start = np.random.RandomState(3).randn(SIZE)
scale = torch.tensor(np.random.RandomState(4).rand(SIZE) * 2)
arrays = {"start": start, "scale": scale.numpy()}


def run(name, make):
    w = torch.tensor(start, requires_grad=True)
    optimizer = make([w])
    values = []
    for step in range(STEPS):
        # gradient: scale * w + cos(3 w + step); written out so that the test can do the same
        w.grad = (scale * w + torch.cos(3 * w + step)).detach()
        optimizer.step()
        if step < 3 or step % 10 == 9:
            values.append(w.detach().numpy().copy())
    arrays[name] = np.stack(values)


O = torch.optim
run("sgd", lambda p: O.SGD(p, lr=0.05))
run("sgd_decay", lambda p: O.SGD(p, lr=0.05, weight_decay=0.1))
run("sgd_momentum", lambda p: O.SGD(p, lr=0.02, momentum=0.9, weight_decay=0.01))
run("sgd_dampening", lambda p: O.SGD(p, lr=0.02, momentum=0.8, dampening=0.3))
run("sgd_nesterov", lambda p: O.SGD(p, lr=0.02, momentum=0.9, nesterov=True, weight_decay=0.01))
run("adam", lambda p: O.Adam(p))
run("adam_decay", lambda p: O.Adam(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1))
run("adamw", lambda p: O.AdamW(p))
run("adamw_decay", lambda p: O.AdamW(p, lr=0.02, betas=(0.7, 0.95), eps=1e-5, weight_decay=0.3))
run("rmsprop", lambda p: O.RMSprop(p))
run("rmsprop_momentum", lambda p: O.RMSprop(p, lr=0.005, alpha=0.9, eps=1e-6, weight_decay=0.05, momentum=0.7))
run("rmsprop_centered", lambda p: O.RMSprop(p, lr=0.005, alpha=0.95, centered=True))
run("rmsprop_centered_momentum", lambda p: O.RMSprop(p, lr=0.003, alpha=0.95, momentum=0.5, centered=True))

np.savez_compressed("optimizers.npz", **arrays)
