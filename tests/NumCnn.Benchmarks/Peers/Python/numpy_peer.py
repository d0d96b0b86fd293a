"""Plain NumPy: the loops that introductions to convolutional networks write, one window at a time."""
import numpy as np

from peer_protocol import border, pair, read, serve


def conv2d(x, weight, bias, stride, sides):
    top, left, bottom, right = sides
    x = np.pad(x, [(0, 0), (top, bottom), (left, right)])
    filters, _, rows, columns = weight.shape
    height, width = (x.shape[1] - rows) // stride[0] + 1, (x.shape[2] - columns) // stride[1] + 1
    y = np.zeros((filters, height, width), x.dtype)
    for f in range(filters):
        for i in range(height):
            for j in range(width):
                window = x[:, i * stride[0]:i * stride[0] + rows, j * stride[1]:j * stride[1] + columns]
                y[f, i, j] = np.sum(window * weight[f]) + bias[f]
    return y


def max_pool2d(x, kernel, stride):
    height, width = (x.shape[1] - kernel[0]) // stride[0] + 1, (x.shape[2] - kernel[1]) // stride[1] + 1
    y = np.zeros((x.shape[0], height, width), x.dtype)
    for c in range(x.shape[0]):
        for i in range(height):
            for j in range(width):
                y[c, i, j] = np.max(x[c, i * stride[0]:i * stride[0] + kernel[0], j * stride[1]:j * stride[1] + kernel[1]])
    return y


class Inference:
    variants = ["loops"]

    def __init__(self, command):
        self.description, weights, self.x = read(command, "InputShape")
        self.weights = {name: weights[name] for name in weights.files}

    def layer(self, layer, x):
        kind, options, name = layer["Kind"], layer["Options"], layer["Name"]
        weight = self.weights.get(name + ".weight")
        if kind == "conv2d":
            kernel, stride = pair(options["kernel_size"]), pair(options["stride"])
            bias = self.weights.get(name + ".bias", np.zeros(weight.shape[0], x.dtype))
            return conv2d(x, weight, bias, stride, border(layer, kernel, stride))
        if kind == "linear":
            return weight @ x + self.weights.get(name + ".bias", 0)
        if kind == "max_pool2d":
            return max_pool2d(x, pair(options["kernel_size"]), pair(options["stride"]))
        simple = {"relu": lambda: np.maximum(x, 0), "tanh": lambda: np.tanh(x), "sigmoid": lambda: 1 / (1 + np.exp(-x)), "flatten": lambda: x.reshape(-1)}
        return simple[kind]()

    def sample(self, x):
        for layer in self.description["Layers"]:
            x = self.layer(layer, x)
        return x

    def run(self, variant):
        return np.stack([self.sample(x) for x in self.x])

    def result(self, variant):
        return [self.run(variant)]


class TinyTraining:
    """One step of the tiny network: convolution, tanh, dense, logistic; half the squared error, averaged over the samples."""

    variants = ["loops"]

    def __init__(self, command):
        self.description, weights, self.x = read(command, "InputShape")
        self.kernel, self.dense = weights["conv1.weight"][0, 0].copy(), weights["linear1.weight"][0].copy()
        self.targets = np.fromfile(command["targets"], np.float32)
        self.rate = np.float32(command["rate"])

    def run(self, variant):
        loss, kernel_gradient, dense_gradient = np.float32(0), np.zeros((2, 2), np.float32), np.zeros(4, np.float32)
        for sample, target in zip(self.x, self.targets):
            image = sample[0]
            hidden = np.zeros((2, 2), np.float32)
            for i in range(2):
                for j in range(2):
                    hidden[i, j] = np.sum(image[i:i + 2, j:j + 2] * self.kernel)
            hidden = np.tanh(hidden)
            output = 1 / (1 + np.exp(-np.dot(self.dense, hidden.reshape(-1))))
            loss += 0.5 * (output - target) ** 2
            delta = (output - target) * output * (1 - output)
            dense_gradient += delta * hidden.reshape(-1)
            back = (delta * self.dense).reshape(2, 2) * (1 - hidden ** 2)
            for u in range(2):
                for v in range(2):
                    kernel_gradient[u, v] += np.sum(image[u:u + 2, v:v + 2] * back)
        count = np.float32(len(self.x))
        self.kernel -= self.rate * kernel_gradient / count
        self.dense -= self.rate * dense_gradient / count
        return loss / count, kernel_gradient / count, dense_gradient / count

    def result(self, variant):
        loss, kernel_gradient, dense_gradient = self.run(variant)
        return [loss, kernel_gradient, dense_gradient, self.kernel, self.dense]


serve(np.__version__, lambda command: TinyTraining(command) if command["mode"] == "train" else Inference(command))
