"""JAX: a step as `jit`, weights and moments given away to it."""
import os

from contest import BATCH, EPSILON, RATE, STEPS, THREADS, compete

os.environ["XLA_FLAGS"] = (
    f"--xla_cpu_multi_thread_eigen={'true' if THREADS > 1 else 'false'} "
    f"intra_op_parallelism_threads={THREADS}"
)
import jax
from jax import lax, numpy as jnp

ORDER = ("NHWC", "HWIO", "NHWC")
# (kind, rows and columns, channels before, channels after)
LAYERS = [
    ("convolution", 3, 1, 8), ("pooling", 2, 8, 8), ("convolution", 3, 8, 4),
    ("pooling", 2, 4, 4), ("convolution", 3, 4, 2), ("upsampling", 2, 2, 4),
    ("convolution", 3, 4, 4), ("upsampling", 2, 4, 8), ("convolution", 3, 8, 8),
    ("convolution", 1, 8, 1),
]


def loss_of(weights, batch):
    x = batch
    for (kind, size, _, _), (kernel, bias) in zip(LAYERS, weights):
        if kind == "pooling":
            window = (1, size, size, 1)
            x = lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")
        elif kind == "upsampling":
            x = lax.conv_transpose(x, kernel, (2, 2), "SAME", dimension_numbers=ORDER) + bias
        else:
            x = lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=ORDER)
            x = jax.nn.relu(x + bias)
    return jnp.mean((x - batch) ** 2)


def step(state, batch):
    weights, first, second, t = state
    loss, gradients = jax.value_and_grad(loss_of)(weights, batch)
    tree = jax.tree_util.tree_map
    first = tree(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = tree(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
    rate = RATE * jnp.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t)
    weights = tree(
        lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), weights, first, second,
    )
    return (weights, first, second, t + 1), loss


step = jax.jit(step, donate_argnums=0)
keys = jax.random.split(jax.random.key(1), len(LAYERS) + 1)
weights = [
    (jax.random.normal(key, (size, size, before, after)) * (2 / (size * size * before)) ** 0.5,
     jnp.zeros(after))
    for key, (_, size, before, after) in zip(keys, LAYERS)
]
zeros = [(jnp.zeros_like(kernel), jnp.zeros_like(bias)) for kernel, bias in weights]
state = (weights, zeros, jax.tree_util.tree_map(jnp.copy, zeros), 1.0)
images = [jax.random.uniform(key, (BATCH, 28, 28, 1))
          for key in jax.random.split(keys[-1], STEPS)]


def block():
    global state
    for batch in images:
        state, loss = step(state, batch)
        float(loss)


compete(block)
