#!/usr/bin/env python3
"""Reference results for the corpus, computed by PyTorch 1.13 in float64.

Run: apt-get install -y python3-torch python3-numpy python3-yaml && /usr/bin/python3 make_goldens.py [name ...]
Reads every ../Corpus/*.network.yaml, interprets it with torch.nn.functional and writes <name>.npz here:

  x                          [3, input shape]
  targets                    classes (int64) or values, where the network has a loss
  param.<state_dict name>    parameters and running statistics before the pass
  <mode>.y / .loss / .dy     output, loss, gradient of the loss by the output (random where there is no loss)
  <mode>.dx / .grad.<name>   gradients by the input and by each trainable parameter
  <mode>.after.<name>        running statistics after the pass, where the pass changes them

<mode> is eval, and train where training differs (batch statistics). A network with dropout has eval only: its masks are
random. x, parameters, targets and random dy are exact in float32, so that a float32 network is given the very same numbers.
"""
import glob
import math
import os
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(HERE, "..", "Corpus")
BATCH = 3
PREFIX = {"conv2d": "conv", "conv_transpose2d": "conv_transpose", "max_pool2d": "pool", "avg_pool2d": "avg_pool",
          "adaptive_avg_pool2d": "adaptive_avg_pool", "global_avg_pool2d": "global_avg_pool", "global_max_pool2d": "global_max_pool",
          "batch_norm2d": "batch_norm", "batch_norm1d": "batch_norm", "instance_norm2d": "instance_norm", "pad2d": "pad"}
# what a lone scalar or list sets
PRIMARY = {"conv2d": "out_channels", "conv_transpose2d": "out_channels", "linear": "out_features", "max_pool2d": "kernel_size",
           "avg_pool2d": "kernel_size", "adaptive_avg_pool2d": "output_size", "batch_norm2d": "eps", "batch_norm1d": "eps",
           "layer_norm": "eps", "group_norm": "num_groups", "instance_norm2d": "eps", "dropout": "p", "leaky_relu": "negative_slope",
           "elu": "alpha", "gelu": "approximate", "softplus": "beta", "prelu": "num_parameters", "reshape": "shape",
           "upsample": "scale_factor", "pixel_shuffle": "upscale_factor", "pad2d": "padding", "add": "from", "mul": "from", "concat": "from"}


class Layer:
    def __init__(self, kind, options):
        self.kind, self.options, self.name, self.sources = kind, options, None, None

    def get(self, key, default=None):
        return self.options.get(key, default)

    def pair(self, key, default):
        v = self.get(key, default)
        return tuple(v) if isinstance(v, list) else (v, v)


def read_layers(document):
    """The file's layers with names and sources filled in, in an order in which every source comes first."""
    layers, counts = [], {}
    for entry in document["layers"]:
        if isinstance(entry, str):
            kind, value = entry, None
        else:
            (kind, value), = entry.items()
        layer = Layer(kind, value if isinstance(value, dict) else {} if value is None else {PRIMARY[kind]: value})
        prefix = PREFIX.get(kind, kind)
        counts[prefix] = counts.get(prefix, 0) + 1
        layer.name = layer.get("name", f"{prefix}{counts[prefix]}")
        source = layer.get("from", layers[-1].name if layers else "input")
        layer.sources = source if isinstance(source, list) else [source]
        layers.append(layer)
    ordered, done = [], {"input"}
    while layers:
        ready = next(l for l in layers if all(s in done for s in l.sources))
        layers.remove(ready)
        ordered.append(ready)
        done.add(ready.name)
    return ordered


def four_pads(layer, size, kernel, stride, dilation):
    """(top, left, bottom, right); `same` as TensorFlow defines it: any stride, the odd row at the end."""
    p = layer.get("padding", 0)
    if p == "valid":
        return 0, 0, 0, 0
    if p == "same":
        pads = []
        for i, k, s, d in zip(size, kernel, stride, dilation):
            total = max((-(-i // s) - 1) * s + d * (k - 1) + 1 - i, 0)
            pads.append((total // 2, total - total // 2))
        return pads[0][0], pads[1][0], pads[0][1], pads[1][1]
    if isinstance(p, list):
        return tuple(p) if len(p) == 4 else (p[0], p[1], p[0], p[1])
    return p, p, p, p


class Network:
    """Interprets the layers; parameters are drawn when a layer is first run."""

    def __init__(self, document, rng):
        self.document, self.rng = document, rng
        self.layers = read_layers(document)
        self.parameters, self.buffers, self.frozen = {}, {}, set()

    def draw(self, layer, name, shape, scale, offset=0.0):
        full = f"{layer.name}.{name}"
        if full not in self.parameters:
            literal = layer.get(name)  # a list of values; `bias: true` is an option
            value = np.array(literal, dtype=np.float64) if isinstance(literal, list) else offset + scale * self.rng.randn(*shape)
            assert value.shape == tuple(shape), (full, value.shape, shape)
            self.parameters[full] = torch.tensor(value.astype(np.float32).astype(np.float64), requires_grad=not layer.get("frozen", False))
        return self.parameters[full]

    def statistics(self, layer, channels):
        for name, value in ((f"{layer.name}.running_mean", 0.3 * self.rng.randn(channels)),
                            (f"{layer.name}.running_var", self.rng.uniform(0.5, 2.0, channels))):
            if name not in self.buffers:
                self.buffers[name] = torch.tensor(value.astype(np.float32).astype(np.float64))
        return self.buffers[f"{layer.name}.running_mean"], self.buffers[f"{layer.name}.running_var"]

    def forward(self, x, training):
        values = {"input": x}
        for layer in self.layers:
            values[layer.name] = self.apply(layer, [values[s] for s in layer.sources], training)
        return values[self.layers[-1].name]

    def apply(self, layer, inputs, training):
        kind, x, get = layer.kind, inputs[0], layer.get
        if kind == "conv2d":
            o, groups, kernel = get("out_channels"), get("groups", 1), layer.pair("kernel_size", None)
            stride, dilation = layer.pair("stride", 1), layer.pair("dilation", 1)
            i = x.shape[1] // groups
            w = self.draw(layer, "weight", (o, i) + kernel, 1 / math.sqrt(i * kernel[0] * kernel[1]))
            b = self.draw(layer, "bias", (o,), 0.5) if get("bias", True) is not False else None
            top, left, bottom, right = four_pads(layer, x.shape[2:], kernel, stride, dilation)
            mode = get("padding_mode", "zeros")
            x = F.pad(x, (left, right, top, bottom), mode="constant" if mode == "zeros" else mode)
            return F.conv2d(x, w, b, stride, 0, dilation, groups)
        if kind == "conv_transpose2d":
            o, groups, kernel = get("out_channels"), get("groups", 1), layer.pair("kernel_size", None)
            i = x.shape[1]
            w = self.draw(layer, "weight", (i, o // groups) + kernel, 1 / math.sqrt(i // groups * kernel[0] * kernel[1]))
            b = self.draw(layer, "bias", (o,), 0.5) if get("bias", True) is not False else None
            top, left, bottom, right = four_pads(layer, None, kernel, None, None)
            extra = layer.pair("output_padding", 0)
            # padding cuts rows and columns off the full output; output_padding leaves some of them, or adds ones that only the bias reaches
            full = F.conv_transpose2d(x, w, None, layer.pair("stride", 1), 0, 0, groups, layer.pair("dilation", 1))
            full = F.pad(full, (0, extra[1], 0, extra[0]))
            y = full[:, :, top:full.shape[2] - bottom, left:full.shape[3] - right]
            if top == bottom and left == right:
                whole = F.conv_transpose2d(x, w, None, layer.pair("stride", 1), (top, left), extra, groups, layer.pair("dilation", 1))
                assert torch.allclose(y, whole)
            return y if b is None else y + b[:, None, None]
        if kind == "linear":
            o, i = get("out_features"), x.shape[1]
            w = self.draw(layer, "weight", (o, i), 1 / math.sqrt(i))
            return F.linear(x, w, self.draw(layer, "bias", (o,), 0.5) if get("bias", True) is not False else None)
        if kind in ("max_pool2d", "avg_pool2d"):
            return self.pool(layer, x)
        if kind == "adaptive_avg_pool2d":
            return F.adaptive_avg_pool2d(x, layer.pair("output_size", 1))
        if kind == "global_avg_pool2d":
            return F.adaptive_avg_pool2d(x, 1)
        if kind == "global_max_pool2d":
            return F.adaptive_max_pool2d(x, 1)
        if kind in ("batch_norm2d", "batch_norm1d"):
            mean, var = self.statistics(layer, x.shape[1])
            w = self.draw(layer, "weight", (x.shape[1],), 0.3, 1.0) if get("affine", True) else None
            b = self.draw(layer, "bias", (x.shape[1],), 0.3) if get("affine", True) else None
            return F.batch_norm(x, mean, var, w, b, training and not get("frozen", False), get("momentum", 0.1), get("eps", 1e-5))
        if kind == "layer_norm":
            w = self.draw(layer, "weight", x.shape[1:], 0.3, 1.0) if get("affine", True) else None
            b = self.draw(layer, "bias", x.shape[1:], 0.3) if get("affine", True) else None
            return F.layer_norm(x, x.shape[1:], w, b, get("eps", 1e-5))
        if kind == "group_norm":
            w = self.draw(layer, "weight", (x.shape[1],), 0.3, 1.0) if get("affine", True) else None
            b = self.draw(layer, "bias", (x.shape[1],), 0.3) if get("affine", True) else None
            return F.group_norm(x, get("num_groups"), w, b, get("eps", 1e-5))
        if kind == "instance_norm2d":
            w = self.draw(layer, "weight", (x.shape[1],), 0.3, 1.0) if get("affine", False) else None
            b = self.draw(layer, "bias", (x.shape[1],), 0.3) if get("affine", False) else None
            return F.instance_norm(x, None, None, w, b, True, 0.1, get("eps", 1e-5))
        if kind == "dropout":
            assert not training or get("p", 0.5) == 0
            return x
        if kind == "prelu":
            return F.prelu(x, self.draw(layer, "weight", (get("num_parameters", 1),), 0.2, 0.25))
        if kind == "leaky_relu":
            return F.leaky_relu(x, get("negative_slope", 0.01))
        if kind == "elu":
            return F.elu(x, get("alpha", 1.0))
        if kind == "gelu":
            return F.gelu(x, approximate=get("approximate", "none"))
        if kind == "softplus":
            return F.softplus(x, get("beta", 1.0), get("threshold", 20.0))
        if kind == "hardsigmoid":
            return F.relu6(x + 3) / 6  # F.hardsigmoid's gradient takes 1/6 in single precision, whatever the dtype
        if kind in ("relu", "relu6", "selu", "silu", "mish", "hardswish"):
            return getattr(F, kind)(x)
        if kind in ("tanh", "sigmoid"):
            return getattr(torch, kind)(x)
        if kind in ("softmax", "log_softmax"):
            return getattr(F, kind)(x, 1)
        if kind == "flatten":
            return x.flatten(1)
        if kind == "reshape":
            return x.reshape(x.shape[0], *get("shape"))
        if kind == "identity":
            return x
        if kind == "upsample":
            factor = tuple(float(f) for f in layer.pair("scale_factor", None))
            if get("mode", "nearest") == "nearest":
                return F.interpolate(x, scale_factor=factor, mode="nearest")
            return F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=get("align_corners", False))
        if kind == "pixel_shuffle":
            return F.pixel_shuffle(x, get("upscale_factor"))
        if kind == "pad2d":
            top, left, bottom, right = four_pads(layer, None, None, None, None)
            mode = get("mode", "constant")
            return F.pad(x, (left, right, top, bottom), mode, *([get("value", 0.0)] if mode == "constant" else []))
        if kind == "add":
            return sum(inputs[1:], inputs[0])
        if kind == "mul":
            return math.prod(inputs[1:], start=inputs[0])
        if kind == "concat":
            return torch.cat(inputs, 1)
        raise ValueError(kind)


    def pool(self, layer, x):
        get, k = layer.get, layer.pair("kernel_size", None)
        stride, dilation, ceil = layer.pair("stride", list(k)), layer.pair("dilation", 1), get("ceil_mode", False)
        top, left, bottom, right = four_pads(layer, x.shape[2:], k, stride, dilation)
        if top == bottom and left == right:
            if layer.kind == "max_pool2d":
                return F.max_pool2d(x, k, stride, (top, left), dilation, ceil)
            return F.avg_pool2d(x, k, stride, (top, left), ceil, get("count_include_pad", True))
        # sides that differ are beyond PyTorch's pools: pad first
        assert not ceil
        border = (left, right, top, bottom)
        if layer.kind == "max_pool2d":
            return F.max_pool2d(F.pad(x, border, value=-math.inf), k, stride, 0, dilation)
        y = F.avg_pool2d(F.pad(x, border), k, stride)
        return y if get("count_include_pad", True) else y / F.avg_pool2d(F.pad(torch.ones_like(x), border), k, stride)


def draw_targets(kind, options, shape, rng):
    if kind in ("cross_entropy", "nll"):
        t = rng.randint(0, shape[1], (shape[0],) + tuple(shape[2:]))
        if options.get("ignore_index", 0) < 0:
            t.reshape(-1)[1] = options["ignore_index"]
        return torch.tensor(t)
    v = rng.uniform(0, 1, shape) if kind.startswith("bce") else rng.randn(*shape)
    return torch.tensor(v.astype(np.float32).astype(np.float64))


def evaluate_loss(kind, options, y, t):
    if kind == "mse":
        return F.mse_loss(y, t)
    if kind == "half_squared_error":
        return 0.5 * ((y - t) ** 2).sum() / y.shape[0]
    if kind == "l1":
        return F.l1_loss(y, t)
    if kind == "smooth_l1":
        return F.smooth_l1_loss(y, t, beta=options.get("beta", 1.0))
    if kind == "cross_entropy":
        return F.cross_entropy(y, t, ignore_index=options.get("ignore_index", -100), label_smoothing=options.get("label_smoothing", 0.0))
    if kind == "nll":
        return F.nll_loss(y, t, ignore_index=options.get("ignore_index", -100))
    if kind == "bce":
        return F.binary_cross_entropy(y, t)
    if kind == "bce_with_logits":
        return F.binary_cross_entropy_with_logits(y, t)
    raise ValueError(kind)


def make_input(name, shape, rng):
    if name.endswith("_sweep"):
        # both signs of 1e-8 … 100, and zero: where activations saturate, cancel or bend
        magnitudes = np.logspace(-8, 2, 100)
        x = rng.permutation(np.concatenate([magnitudes, [0.0], -magnitudes])).reshape((BATCH,) + shape)
    elif name.endswith("_ties"):
        x = rng.randint(-1, 2, (BATCH,) + shape)
    else:
        x = 1.5 * rng.randn(*((BATCH,) + shape))
    return x.astype(np.float32).astype(np.float64)


def make(path):
    name = os.path.basename(path)[:-len(".network.yaml")]
    with open(path, encoding="utf-8") as f:
        document = yaml.safe_load(f)
    rng = np.random.RandomState(zlib.crc32(name.encode()))
    network = Network(document, rng)
    x = make_input(name, tuple(document["input"]), rng)
    loss = document.get("loss")
    loss_kind, loss_options = (None, {}) if loss is None else (loss, {}) if isinstance(loss, str) else next(iter(loss.items()))

    dropout = any(l.kind == "dropout" and l.get("p", 0.5) > 0 for l in network.layers)
    batch_norm = any(l.kind.startswith("batch_norm") and not l.get("frozen", False) for l in network.layers)
    modes = ["eval"] + (["train"] if batch_norm and not dropout else [])
    with torch.no_grad():
        shape = network.forward(torch.tensor(x), False).shape  # draws the parameters
    targets = draw_targets(loss_kind, loss_options, shape, rng) if loss_kind else None
    random_dy = torch.tensor(rng.randn(*shape).astype(np.float32).astype(np.float64))

    out = {"x": x.astype(np.float32)}
    if targets is not None:
        out["targets"] = targets.numpy() if loss_kind in ("cross_entropy", "nll") else targets.numpy().astype(np.float32)
    for key, value in {**network.parameters, **network.buffers}.items():
        out[f"param.{key}"] = value.detach().numpy().astype(np.float32)
    trainable = {k: v for k, v in network.parameters.items() if v.requires_grad}
    before = {k: v.clone() for k, v in network.buffers.items()}
    for mode in modes:
        network.buffers = {k: v.clone() for k, v in before.items()}
        xt = torch.tensor(x, requires_grad=True)
        y = network.forward(xt, mode == "train")
        if loss_kind:
            value = evaluate_loss(loss_kind, loss_options, y, targets)
            dy, = torch.autograd.grad(value, y, retain_graph=True)
            out[f"{mode}.loss"] = np.array(value.item())
        else:
            dy = random_dy
        gradients = torch.autograd.grad(y, [xt] + list(trainable.values()), dy)
        out[f"{mode}.y"], out[f"{mode}.dy"] = y.detach().numpy(), dy.numpy() if loss_kind else dy.numpy().astype(np.float32)
        out[f"{mode}.dx"] = gradients[0].numpy()
        for key, g in zip(trainable, gradients[1:]):
            out[f"{mode}.grad.{key}"] = g.numpy()
        if mode == "train":
            for key, value in network.buffers.items():
                out[f"{mode}.after.{key}"] = value.numpy()
    np.savez_compressed(os.path.join(HERE, f"{name}.npz"), **out)
    return name


if __name__ == "__main__":
    torch.set_num_threads(1)
    wanted = set(sys.argv[1:])
    for corpus_path in sorted(glob.glob(os.path.join(CORPUS, "*.network.yaml"))):
        if not wanted or os.path.basename(corpus_path)[:-len(".network.yaml")] in wanted:
            make(corpus_path)
