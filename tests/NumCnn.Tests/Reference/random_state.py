"""Values of numpy.random.RandomState, for RandomStateTests. Run with NumPy 1.24: python3 random_state.py"""
import numpy as np

arrays = {}
for seed in (0, 42, 2**32 - 1):
    def put(name, value):
        arrays[f"{seed}.{name}"] = np.asarray(value)

    r = np.random.RandomState(seed)
    put("rand", r.rand(1500))  # more than two refills of the twister's 624 words
    r = np.random.RandomState(seed)
    put("randn", r.randn(3, 5, 67))
    r = np.random.RandomState(seed)
    put("randint10", r.randint(10, size=700))
    put("randint_one", r.randint(5, 6, size=3))
    put("randint_negative", r.randint(-1000, 1001, size=50))
    put("randint_uint32", r.randint(0, 2**32, size=50))
    put("randint_33_bits", r.randint(0, 2**32 + 1, size=50))
    put("randint_wide", r.randint(-(2**62), 3 * 2**61, size=50))
    put("randint_all", r.randint(-(2**63), 2**63 - 1, size=50))
    put("randint_int32", r.randint(-(2**31), 2**31 - 1, size=50, dtype=np.int32))
    r = np.random.RandomState(seed)
    put("permutation", r.permutation(1000))
    put("permutation_of", r.permutation(np.arange(100, 120)))
    shuffled = np.arange(57) * 3
    r.shuffle(shuffled)
    put("shuffle", shuffled)
    # One stream through everything: a normal value that is held back survives calls of the others.
    r = np.random.RandomState(seed)
    mixed = []
    for _ in range(40):
        mixed += [r.standard_normal(), r.random_sample(), r.randint(7), r.uniform(-2.5, 4), r.normal(3, 0.25), r.permutation(4)[0]]
    put("mixed", mixed)

np.savez_compressed("random_state.npz", **arrays)
