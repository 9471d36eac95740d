"""PyTorch modules against what PyTorch makes of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fastcnn import ops
from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.onnx import from_torch
from tests.tolerance import assert_close

torch: Any = pytest.importorskip("torch")
nn = torch.nn

pytestmark = pytest.mark.filterwarnings("ignore")


class Residual(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, 6, 3, 2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(6)
        self.b = nn.Conv2d(6, 6, 3, padding=1, groups=3)
        self.short = nn.Conv2d(3, 6, 1, 2)

    def forward(self, x: Any) -> Any:
        return torch.relu(self.b(torch.relu(self.norm(self.a(x)))) + self.short(x))


class Two(nn.Module):
    """Two inputs, two outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.top = nn.Linear(5, 4)

    def forward(self, left: Any, right: Any) -> Any:
        return self.top(left) + right, left.sigmoid()


class Turned(nn.Module):
    """Shapes computed from shapes, as channel shuffling does."""

    def forward(self, x: Any) -> Any:
        n, c, h, w = x.size()
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


MODULES: dict[str, Callable[[], Any]] = {
    "convolution": lambda: nn.Conv2d(3, 5, (3, 2), (1, 2), padding=(1, 0), dilation=(2, 1)),
    "residual": Residual,
    "pooling": lambda: nn.Sequential(nn.MaxPool2d(3, 2, 1, ceil_mode=True), nn.AvgPool2d(2)),
    "classifier": lambda: nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Dropout(0.2), nn.Linear(8, 10), nn.Softmax(1),
    ),
    "hard swish": lambda: nn.Sequential(nn.Conv2d(3, 4, 1), nn.Hardswish(), nn.Hardsigmoid()),
    "swish": lambda: nn.Sequential(nn.Conv2d(3, 4, 1), nn.SiLU(), nn.GELU()),
    "growing": lambda: nn.Sequential(
        nn.ConvTranspose2d(3, 4, 3, 2, padding=1, output_padding=1),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.PReLU(4),
    ),
    "shuffled": lambda: nn.Sequential(nn.Conv2d(3, 4, 1), Turned()),
    "group norm": lambda: nn.Sequential(nn.Conv2d(3, 4, 1), nn.GroupNorm(2, 4)),
}  # fmt: skip


def check(module: Any, *inputs: Any) -> None:
    """Fails unless ours gives what PyTorch gives, for another batch than the example's."""
    with torch.no_grad():
        wanted = module.eval()(*inputs)
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)

    ours = from_torch(module, [tensor[:1] for tensor in inputs])

    arrays = [tensor.numpy() for tensor in inputs]
    feeds = dict(zip((value.name for value in ours.graph.inputs), arrays, strict=True))
    exact = ops.evaluate(ours.graph, feeds)
    for value, array in zip(ours.graph.outputs, wanted, strict=True):
        assert_close(array.numpy(), exact[value.name], reduction=400, what=value.name)


@pytest.mark.parametrize("name", MODULES)
def test_modules(name):
    torch.manual_seed(1)

    check(MODULES[name](), torch.rand(3, 3, 11, 12) - 0.5)


def test_several_inputs_and_outputs_keep_their_names_and_order():
    torch.manual_seed(1)

    check(Two(), torch.rand(3, 5), torch.rand(3, 4))

    model = from_torch(Two(), (torch.rand(2, 5), torch.rand(2, 4)), name="pair")
    assert [value.name for value in model.graph.inputs] == ["left", "right"]


def test_weights_keep_their_names_and_normalisation_stays():
    module = Residual()
    for numbers in module.norm.state_dict().values():
        numbers.copy_(torch.rand(numbers.shape) + 0.5)  # equal ones would become one

    model = from_torch(module, torch.rand(1, 3, 8, 8))

    names = set(model.graph.parameters)
    assert {"a.weight", "b.weight", "b.bias", "norm.running_mean"} <= names
    assert "batch_norm" in {node.op for node in model.graph.nodes}


def test_the_module_stays_as_it_is():
    module = Residual()
    module.train()
    module.norm.eval()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}

    from_torch(module, torch.rand(1, 3, 8, 8))

    assert module.training
    assert not module.norm.training
    for name, tensor in module.state_dict().items():
        np.testing.assert_array_equal(tensor, before[name])


def test_what_cannot_be_called_is_told():
    with pytest.raises(InvalidValueError, match=r"must be a torch\.nn\.Module, not int"):
        from_torch(3, torch.rand(1, 3))
    with pytest.raises(InvalidValueError, match=r"cannot be called on inputs of shape \(2, 7\)"):
        from_torch(nn.Linear(5, 4), torch.rand(1, 7))
    with pytest.raises(InvalidValueError, match="must count samples"):
        from_torch(nn.Linear(5, 4), torch.tensor(1.0))


def test_without_torch_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)

    with pytest.raises(UnsupportedError, match="pip install torch"):
        from_torch(None, None)
