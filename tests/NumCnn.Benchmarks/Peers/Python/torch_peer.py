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


def named_values(network, description, names):
    """Parameters and running statistics in the order of the names."""
    return [getattr(parameter_layer(network, description, layer), part) for layer, part in (name.rsplit(".", 1) for name in names)]


class Training:
    """Steps of SGD on one batch; any element type."""

    def __init__(self, network, description, names, x, targets, command):
        self.network = network.train()
        self.values = named_values(network, description, names)
        self.x, self.targets, self.loss = x, targets, loss_of(command["loss"])
        self.optimizer = torch.optim.SGD(network.parameters(), lr=command["rate"])

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.network(self.x), self.targets)
        loss.backward()
        self.optimizer.step()
        return loss

    def result(self):
        """A step's loss, every trainable parameter's gradient, and the parameters and statistics after it."""
        loss = self.step()
        gradients = [value.grad.numpy() for value in self.values if isinstance(value, nn.Parameter)]
        return [loss.detach().numpy()] + gradients + [value.detach().numpy() for value in self.values]


class Work:
    def __init__(self, command):
        torch.set_num_threads(command["threads"])
        description, weights, x = read(command, "InputShape")
        network = Graph(description)
        names = [name for name in weights.files if not name.endswith(".num_batches_tracked")]
        with torch.no_grad():
            for name, value in zip(names, named_values(network, description, names)):
                value.copy_(torch.from_numpy(weights[name]))
        self.x = torch.from_numpy(x)
        self.float64 = True
        self.trains = command["mode"] == "train"
        if self.trains:
            if command["loss"] == "cross_entropy":
                targets = torch.from_numpy(np.fromfile(command["targets"], np.int32).astype(np.int64))
            else:
                targets = torch.from_numpy(np.fromfile(command["targets"], np.float32).reshape([command["batch"]] + description["OutputShape"]))
            # Created anew, because a copy's forward method would still be the original's.
            double = Graph(description)
            double.load_state_dict(network.state_dict())
            exact = targets if targets.dtype == torch.int64 else targets.double()
            self.exact = Training(double.double(), description, names, self.x.double(), exact, command)
            self.training = Training(network, description, names, self.x, targets, command)
            self.variants = ["eager"]
            return
        network.eval()
        # Created anew, because a copy's forward method would still be the original's.
        self.exact = Graph(description)
        self.exact.load_state_dict(network.state_dict())
        self.exact = self.exact.double().eval()
        self.networks = {"eager": network}
        with torch.inference_mode():
            frozen = torch.jit.freeze(torch.jit.trace(network, self.x, check_trace=False))
            self.networks["frozen"] = torch.jit.optimize_for_inference(frozen)
        self.variants = list(self.networks)

    def run(self, variant):
        if self.trains:
            return self.training.step()
        with torch.inference_mode():
            return self.networks[variant](self.x)

    def result(self, variant):
        if variant == "float64" and not self.trains:
            with torch.inference_mode():
                return [self.exact(self.x.double()).numpy()]
        if variant == "float64":
            result, self.exact = self.exact.result(), None  # one step is all that it is for
            return result
        return self.training.result() if self.trains else [self.run(variant).numpy()]


serve(torch.__version__, Work)
