"""Optimizers as NumPy writes them, in float64, each from its paper's formula.

A rule takes the first weights, one function of the weights for each gradient, and the rate; it
gives the last weights.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fastcnn.typing import Array

Rule = Callable[[Array, list[Callable[[Array], Array]], float], Array]
Direction = Callable[[Array, Array, Array, int, float], Array]
"""The move from the averages m and v, g', the step and the rate."""


def sgd(momentum: float = 0.0, nesterov: bool = False) -> Rule:
    def rule(w, gradients, lr):
        v = 0.0
        for g in gradients:
            v = momentum * v - lr * g(w)
            w = w + (momentum * v - lr * g(w) if nesterov else v)
        return w

    return rule


def adagrad(w, gradients, lr):
    a = 0.1
    for g in gradients:
        gradient = g(w)
        a = a + gradient**2
        w = w - lr * gradient / np.sqrt(a + 1e-7)
    return w


def adadelta(w, gradients, lr):
    s = d = 0.0
    for g in gradients:
        gradient = g(w)
        s = 0.95 * s + 0.05 * gradient**2
        move = np.sqrt(d + 1e-3) / np.sqrt(s + 1e-3) * gradient
        d = 0.95 * d + 0.05 * move**2
        w = w - lr * move
    return w


def rmsprop(momentum: float = 0.0) -> Rule:
    def rule(w, gradients, lr):
        s = v = 0.0
        for g in gradients:
            gradient = g(w)
            s = 0.9 * s + 0.1 * gradient**2
            v = momentum * v + lr * gradient / np.sqrt(s + 1e-7)
            w = w - v
        return w

    return rule


def adamax(w, gradients, lr):
    m = u = 0.0
    for t, g in enumerate(gradients, 1):
        gradient = g(w)
        m = 0.9 * m + 0.1 * gradient
        u = np.maximum(0.999 * u, np.abs(gradient))
        w = w - lr / (1 - 0.9**t) * m / (u + 1e-7)
    return w


def lion(w, gradients, lr):
    m = 0.0
    for g in gradients:
        gradient = g(w)
        w = w - lr * np.sign(0.9 * m + 0.1 * gradient)
        m = 0.99 * m + 0.01 * gradient
    return w


def adam_like(direction: Direction, weight_decay: float = 0.0, beta_2: float = 0.999) -> Rule:
    def rule(w, gradients, lr):
        m = v = 0.0
        for t, g in enumerate(gradients, 1):
            gradient = g(w)
            m = 0.9 * m + 0.1 * gradient
            v = beta_2 * v + (1 - beta_2) * gradient**2
            w = w - lr * weight_decay * w
            w = w - lr * direction(m, v, gradient, t)
        return w

    return rule


def adam(m, v, g, t):
    return np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-7)


def nadam(momentum_decay: float) -> Direction:
    def direction(m, v, g, t):
        def u(i: int) -> float:
            return 0.9 * (1 - 0.5 * 0.96 ** (i * momentum_decay))

        product = np.prod([u(i) for i in range(1, t + 1)])
        ahead = u(t + 1) * m / (1 - product * u(t + 1)) + (1 - u(t)) * g / (1 - product)
        return ahead / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)

    return direction


def radam(beta_2: float) -> Direction:
    def direction(m, v, g, t):
        mean = m / (1 - 0.9**t)
        last = 2 / (1 - beta_2) - 1
        rho = last - 2 * t * beta_2**t / (1 - beta_2**t)
        if rho <= 5:
            return mean
        r = np.sqrt((rho - 4) * (rho - 2) * last / ((last - 4) * (last - 2) * rho))
        return r * mean * np.sqrt(1 - beta_2**t) / (np.sqrt(v) + 1e-7)

    return direction


def lamb(weight_decay: float = 0.0) -> Rule:
    def rule(w, gradients, lr):
        m = v = 0.0
        for t, g in enumerate(gradients, 1):
            gradient = g(w)
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            r = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7) + weight_decay * w
            w = w - lr * np.linalg.norm(w) / np.linalg.norm(r) * r
        return w

    return rule


def lars(weight_decay: float = 0.0) -> Rule:
    def rule(w, gradients, lr):
        v = 0.0
        for g in gradients:
            gradient = g(w)
            norm = np.linalg.norm(w)
            below = np.linalg.norm(gradient) + weight_decay * norm + 1e-8
            v = 0.9 * v - lr * 0.02 * norm / below * (gradient + weight_decay * w)
            w = w + v
        return w

    return rule


def muon(nesterov: bool = True, weight_decay: float = 0.0) -> Rule:
    def rule(w, gradients, lr):
        m = 0.0
        for g in gradients:
            gradient = g(w)
            m = 0.95 * m + 0.05 * gradient
            d = 0.95 * m + 0.05 * gradient if nesterov else m
            matrix = d.reshape(len(d), -1)
            o = newton_schulz(matrix).reshape(w.shape)
            scale = 0.2 * np.sqrt(max(matrix.shape))
            w = w - lr * (weight_decay * w + scale * o)
        return w

    return rule


def newton_schulz(matrix: Array) -> Array:
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if is_tall else matrix
    x = x / (np.linalg.norm(x) + 1e-7)
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if is_tall else x
