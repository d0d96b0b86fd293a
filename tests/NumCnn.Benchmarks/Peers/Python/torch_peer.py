"""PyTorch on a network of the benchmark, eager and as frozen TorchScript."""
import numpy as np
import torch
from torch import nn

from peer_protocol import border, pair, read, serve


class Graph(nn.Module):
    """A network from its description: one torch.nn module a layer, and a forward method of one line a layer."""

    def __init__(self, description):
        super().__init__()
        lines, read_by_others = [], {name for layer in description["Layers"] for name in layer["Inputs"]}
        for index, layer in enumerate(description["Layers"]):
            arguments = [f"v{self._index(description, name)}" for name in layer["Inputs"]]
            if layer["Kind"] == "add":
                expression = " + ".join(arguments)
            else:
                setattr(self, f"l{index}", module(layer))
                expression = f"self.l{index}({arguments[0]})"
            lines.append(f"    v{index} = {expression}")
        output = next(i for i, layer in enumerate(description["Layers"]) if layer["Name"] not in read_by_others)
        scope = {}
        exec("def forward(self, v_input):\n" + "\n".join(lines) + f"\n    return v{output}\n", scope)
        self.forward = scope["forward"].__get__(self)

    @staticmethod
    def _index(description, name):
        if name == "input":
            return "_input"
        return next(i for i, layer in enumerate(description["Layers"]) if layer["Name"] == name)


def module(layer):
    kind, options = layer["Kind"], layer["Options"]
    channels = layer["InputShape"][0]
    if kind in ("conv2d", "avg_pool2d", "max_pool2d"):
        kernel, stride = pair(options["kernel_size"]), pair(options["stride"])
        top, left, bottom, right = border(layer, kernel, stride)
        symmetric = (top, left) == (bottom, right)
        padding = (top, left) if symmetric else (0, 0)
        if kind == "conv2d":
            inner = nn.Conv2d(channels, int(options["out_channels"]), kernel, stride, padding, pair(options["dilation"]),
                              int(options["groups"]), options["bias"] == "true")
        elif kind == "max_pool2d":
            inner = nn.MaxPool2d(kernel, stride, padding)
        else:
            inner = nn.AvgPool2d(kernel, stride, padding)
        if symmetric:
            return inner
        if kind != "conv2d":
            raise NotImplementedError("asymmetric padding of a pool")
        return nn.Sequential(nn.ZeroPad2d((left, right, top, bottom)), inner)
    if kind in ("batch_norm2d", "batch_norm1d"):
        norm = nn.BatchNorm2d if kind == "batch_norm2d" else nn.BatchNorm1d
        return norm(channels, float(options["eps"]), float(options["momentum"]))
    simple = {
        "linear": lambda: nn.Linear(channels, int(options["out_features"]), options["bias"] == "true"),
        "relu": lambda: nn.ReLU(),
        "tanh": lambda: nn.Tanh(),
        "sigmoid": lambda: nn.Sigmoid(),
        "flatten": lambda: nn.Flatten(),
        "global_avg_pool2d": lambda: nn.AdaptiveAvgPool2d(1),
    }
    if kind not in simple:
        raise NotImplementedError(kind)
    return simple[kind]()


def parameter_layer(network, description, name):
    """The module that holds a layer's parameters, behind a padding module if there is one."""
    index = next(i for i, layer in enumerate(description["Layers"]) if layer["Name"] == name)
    found = getattr(network, f"l{index}")
    return found[-1] if isinstance(found, nn.Sequential) else found


def loss_of(kind):
    if kind == "cross_entropy":
        return nn.CrossEntropyLoss()
    if kind == "half_squared_error":
        return lambda y, t: 0.5 * ((y - t) ** 2).sum() / y.shape[0]
    return nn.MSELoss()


class Work:
    def __init__(self, command):
        torch.set_num_threads(command["threads"])
        description, weights, x = read(command, "InputShape")
        network = Graph(description)
        self.parameters = []
        with torch.no_grad():
            for name in weights.files:
                layer, part = name.rsplit(".", 1)
                if part == "num_batches_tracked":
                    continue
                target = getattr(parameter_layer(network, description, layer), part)
                target.copy_(torch.from_numpy(weights[name]))
                self.parameters.append((name, target))
        self.x = torch.from_numpy(x)
        self.mode = command["mode"]
        if self.mode == "train":
            shape = [command["batch"]] + description["OutputShape"]
            if command["loss"] == "cross_entropy":
                self.targets = torch.from_numpy(np.fromfile(command["targets"], np.int32).astype(np.int64))
            else:
                self.targets = torch.from_numpy(np.fromfile(command["targets"], np.float32).reshape(shape))
            self.network = network.train()
            self.loss = loss_of(command["loss"])
            self.optimizer = torch.optim.SGD(network.parameters(), lr=command["rate"])
            self.variants = ["eager"]
        else:
            network.eval()
            self.networks = {"eager": network}
            with torch.inference_mode():
                frozen = torch.jit.freeze(torch.jit.trace(network, self.x, check_trace=False))
                self.networks["frozen"] = torch.jit.optimize_for_inference(frozen)
            self.variants = list(self.networks)

    def run(self, variant):
        if self.mode == "train":
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.loss(self.network(self.x), self.targets)
            loss.backward()
            self.optimizer.step()
            return loss
        with torch.inference_mode():
            return self.networks[variant](self.x)

    def result(self, variant):
        """Outputs; or a step's loss, every trainable parameter's gradient, and the parameters and statistics after it."""
        result = self.run(variant)
        if self.mode == "infer":
            return [result.numpy()]
        gradients = [target.grad.numpy() for _, target in self.parameters if isinstance(target, nn.Parameter)]
        return [result.detach().numpy()] + gradients + [target.detach().numpy() for _, target in self.parameters]


serve(torch.__version__, Work)
