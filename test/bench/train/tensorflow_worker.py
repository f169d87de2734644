"""TensorFlow: a step as `tf.function`, in its own order of dimensions."""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
from contest import BATCH, EPSILON, RATE, STEPS, THREADS, compete

tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(1)
L = tf.keras.layers


def convolution(filters, size=3):
    return L.Conv2D(filters, size, padding="same", activation="relu")


def upsampling(filters):
    return L.Conv2DTranspose(filters, 2, strides=2, padding="same")


network = tf.keras.Sequential([
    L.Input((28, 28, 1)),
    convolution(8), L.MaxPooling2D(), convolution(4), L.MaxPooling2D(), convolution(2),
    upsampling(4), convolution(4), upsampling(8), convolution(8), convolution(1, 1),
])
optimizer = tf.keras.optimizers.Adam(RATE, epsilon=EPSILON)
optimizer.build(network.trainable_variables)
images = tf.random.uniform((STEPS, BATCH, 28, 28, 1), seed=1)


@tf.function
def step(batch):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(network(batch, training=True) - batch))
    gradients = tape.gradient(loss, network.trainable_variables)
    optimizer.apply_gradients(zip(gradients, network.trainable_variables))
    return loss


def block():
    for at in range(STEPS):
        step(images[at]).numpy()


compete(block)
