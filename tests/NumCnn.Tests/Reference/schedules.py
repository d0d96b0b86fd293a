"""Learning rates of torch.optim.lr_scheduler, for LearningRateScheduleTests. Run with PyTorch 1.13: python3 schedules.py"""
import warnings

import numpy as np
import torch
from torch.optim import lr_scheduler as S

warnings.simplefilter("ignore")
arrays = {}


def run(name, make, steps):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.4)
    schedule = make(optimizer)
    rates = []
    for step in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        if step + 1 < steps:
            optimizer.step()
            schedule.step()
    arrays[name] = np.array(rates)


run("step", lambda o: S.StepLR(o, step_size=3, gamma=0.5), 20)
run("multi_step", lambda o: S.MultiStepLR(o, milestones=[4, 9, 9, 15], gamma=0.3), 20)
run("exponential", lambda o: S.ExponentialLR(o, gamma=0.93), 50)
run("cosine", lambda o: S.CosineAnnealingLR(o, T_max=10, eta_min=0.01), 11)
run("cosine_beyond", lambda o: S.CosineAnnealingLR(o, T_max=7), 30)
run("linear", lambda o: S.LinearLR(o), 12)
run("linear_down", lambda o: S.LinearLR(o, start_factor=1.0, end_factor=0.2, total_iters=8), 12)
run("sequential", lambda o: S.SequentialLR(o, [S.LinearLR(o, start_factor=0.1, total_iters=5), S.ExponentialLR(o, gamma=0.9)], [5]), 20)
run("one_cycle", lambda o: S.OneCycleLR(o, max_lr=0.7, total_steps=40, cycle_momentum=False), 40)
run("one_cycle_linear", lambda o: S.OneCycleLR(o, max_lr=0.7, total_steps=33, pct_start=0.4, anneal_strategy="linear", div_factor=10, final_div_factor=100, cycle_momentum=False), 33)
run("one_cycle_three", lambda o: S.OneCycleLR(o, max_lr=0.7, total_steps=41, three_phase=True, cycle_momentum=False), 41)

np.savez_compressed("schedules.npz", **arrays)
