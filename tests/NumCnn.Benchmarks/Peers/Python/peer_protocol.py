"""The child's half of a conversation with the benchmark: a JSON command a line in, a JSON answer a line out.

load    {description, weights, input, targets, batch, threads, mode}  ->  {variants, float64}
time    {variant, runs}                                               ->  {seconds}
result  {variant, path}                                               ->  {}: writes float32 values to the file; the variant
                                                                          float64, where load names it, computes in that
quit
An answer {error} means that the command failed.
"""
import json
import sys
import time
import traceback

import numpy as np



def numbers(text):
    """'[1, 2]' or '3' as a list of integers."""
    return [int(part) for part in text.strip("[]").split(",")]


def pair(text):
    values = numbers(text)
    return (values[0], values[0]) if len(values) == 1 else tuple(values)


def border(layer, kernel, stride, dilation=(1, 1)):
    """[top, left, bottom, right]; 'same' is TensorFlow's, the odd row or column at the end."""
    text = layer["Options"].get("padding", "0")
    if text == "valid":
        return [0, 0, 0, 0]
    if text == "same":
        sides = []
        for size, k, s, d in zip(layer["InputShape"][1:], kernel, stride, dilation):
            total = max(0, ((size + s - 1) // s - 1) * s + (k - 1) * d + 1 - size)
            sides.append((total // 2, total - total // 2))
        return [sides[0][0], sides[1][0], sides[0][1], sides[1][1]]
    values = numbers(text)
    return values * (4 // len(values))


def read(command, shape):
    with open(command["description"], encoding="utf-8") as file:
        description = json.load(file)
    x = np.fromfile(command["input"], np.float32).reshape([command["batch"]] + description[shape])
    weights = np.load(command["weights"])
    return description, weights, x


def serve(version, load):
    """Answers commands until the other side hangs up. load gives an object with variants, run(variant) and result(variant)."""
    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever a library prints must not reach the answers
    work = None

    def answer(**values):
        answers.write(json.dumps(values) + "\n")
        answers.flush()

    answer(version=version)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            if command["command"] == "load":
                work = None
                work = load(command)
                answer(variants=work.variants, float64=getattr(work, "float64", False))
            elif command["command"] == "time":
                run, variant = work.run, command["variant"]
                start = time.perf_counter()
                for _ in range(command["runs"]):
                    run(variant)
                answer(seconds=time.perf_counter() - start)
            elif command["command"] == "result":
                values = [np.asarray(part, np.float32).reshape(-1) for part in work.result(command["variant"])]
                np.concatenate(values).tofile(command["path"])
                answer()
            else:
                break
        except Exception:  # the other side prints it
            answer(error=traceback.format_exc())
