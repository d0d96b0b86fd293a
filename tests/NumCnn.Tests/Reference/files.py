"""Files that others wrote, for the tests of the readers. Run with NumPy 1.24 and PyTorch 1.13: python3 files.py

The .safetensors file is put together by hand from the format's description, since its own package is not at hand.
"""
import json
import struct

import numpy as np
import torch

base = np.arange(24).reshape(2, 3, 4) * 0.75 - 5


def npy(name, array, version):
    with open(f"files/{name}.npy", "wb") as f:
        np.lib.format.write_array(f, array, version=version)


npy("f8_v1", base, (1, 0))
npy("f4_v2", base.astype("<f4"), (2, 0))
npy("f2_v3", base.astype("<f2"), (3, 0))
npy("f8_big_endian", base.astype(">f8"), (1, 0))
npy("f4_fortran", np.asfortranarray(base.astype("<f4")), (1, 0))
npy("f8_fortran_big_endian", np.asfortranarray(base.astype(">f8")), (1, 0))
npy("scalar", np.float64(2.5), (1, 0))
npy("vector", np.arange(5.0), (1, 0))
npy("empty", np.zeros((3, 0, 2)), (1, 0))
for kind in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "b1"):
    npy(kind, np.array([0, 1, 1, 0, 1]).astype(kind) * (np.array(1) if kind == "b1" else np.array(100).astype(kind)).astype(kind), (1, 0))
npy("complex", np.zeros(3, dtype=complex), (1, 0))
npy("structured", np.zeros(3, dtype=[("a", "f4"), ("b", "i4")]), (1, 0))

torch.manual_seed(1)
model = torch.nn.Sequential()
model.add_module("conv1", torch.nn.Conv2d(2, 3, 3))
model.add_module("bn1", torch.nn.BatchNorm2d(3))
model.add_module("fc", torch.nn.Linear(3, 2))
with torch.no_grad():
    model[1].running_mean.copy_(torch.randn(3))
    model[1].running_var.copy_(torch.rand(3) + 0.5)
    model[1].num_batches_tracked.fill_(17)
state = {name: value.numpy() for name, value in model.state_dict().items()}
np.savez("files/state_dict.npz", **state)
np.savez_compressed("files/state_dict_compressed.npz", **state)

codes = {np.dtype("f4"): "F32", np.dtype("f8"): "F64", np.dtype("f2"): "F16", np.dtype("i8"): "I64"}


def safetensors(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, (code, shape, raw) in tensors.items():
        header[name] = {"dtype": code, "shape": list(shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


safetensors("files/state_dict.safetensors", {n: (codes[a.dtype], a.shape, a.tobytes()) for n, a in state.items()})

values = torch.tensor([[0.0, -1.5, 3.14159], [65504.0, 1e-7, -2.0e-3]], dtype=torch.float64)
bf16 = values.to(torch.bfloat16)
half = values.to(torch.float16)
safetensors("files/types.safetensors", {
    "f64": ("F64", (2, 3), values.numpy().tobytes()),
    "f32": ("F32", (2, 3), values.float().numpy().tobytes()),
    "f16": ("F16", (2, 3), half.numpy().tobytes()),
    "bf16": ("BF16", (2, 3), bf16.view(torch.int16).numpy().tobytes()),
})
np.savez("files/types.npz", f64=values.numpy(), f32=values.float().numpy(), f16=half.double().numpy(), bf16=bf16.double().numpy())
