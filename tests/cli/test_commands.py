"""Train, evaluate, prune, cut, fuse, compare, inspect, run: from files to files."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from fastcnn.compress.choose.promise import Times
from fastcnn.models import load_model


def test_train_tells_squares_apart_and_saves_the_model(call, squares: Path, trained: Path) -> None:
    answer = call("evaluate", trained, "--data", squares, "--json").json

    assert answer["images"] == 60
    assert answer["accuracy"] > 0.95
    assert [row["images"] for row in answer["classes"]] == [20, 20, 20]


def test_the_same_seed_gives_the_same_file(call, squares: Path, tmp_path: Path) -> None:
    files = [tmp_path / "a.fcnn", tmp_path / "b.fcnn"]
    for path in files:
        call("train", "--data", squares, "--epochs", 1, "--seed", 3, "--output", path)

    weights = [load_model(path).get_weights() for path in files]
    for a, b in zip(*weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_prune_sets_weights_to_zero_and_says_what_that_gains(
    call, squares: Path, trained: Path, tmp_path: Path
) -> None:
    target = tmp_path / "pruned.fcnn"

    result = call(
        "prune", trained, "--sparsity", 0.8, "--data", squares, "--fine-tune", 2,
        "--batch-size", 16, "--output", target, "--json",
    )  # fmt: skip

    before, after = result.json["comparison"]
    assert after["nonzeros"] < 0.25 * before["nonzeros"]
    assert after["parameters"] == before["parameters"]
    assert after["bytes_on_disk"] < 0.5 * before["bytes_on_disk"]
    assert after["accuracy"] > 0.9
    assert "a kernel skips them" in result.json["notes"][0]
    assert np.mean(load_model(target).get_weights()[2] == 0) > 0.5


@pytest.mark.parametrize(
    "options",
    [
        ["--structure", "2:4", "--criterion", "obc"],
        ["--structure", "4x1", "--criterion", "taylor", "--sparsity", 0.5],
        ["--schedule", "gradual", "--fine-tune", 2, "--batch-size", 16, "--sparsity", 0.5],
        ["--schedule", "iterative", "--rounds", 2, "--fine-tune", 2, "--sparsity", 0.5],
    ],
    ids=lambda options: "-".join(map(str, options[:4])).replace("--", ""),
)
def test_prune_takes_structures_criteria_and_schedules(
    call, squares: Path, trained: Path, tmp_path: Path, options: list[object]
) -> None:
    target = tmp_path / "pruned.fcnn"

    result = call("prune", trained, *options, "--data", squares, "--output", target, "--json")

    before, after = result.json["comparison"]
    assert 0.4 * before["nonzeros"] < after["nonzeros"] < 0.75 * before["nonzeros"]
    (record,) = load_model(target).records
    given = {options[i][2:]: options[i + 1] for i in range(0, len(options), 2)}
    for name in ("structure", "criterion", "schedule"):
        assert record.details[name] == given.get(name, record.details[name])


def test_prune_takes_shares_by_layer(call, trained: Path, tmp_path: Path) -> None:
    target = tmp_path / "pruned.fcnn"
    layer = load_model(trained).layers[-1].name

    call("prune", trained, "--layer", f"{layer}=0.75", "--output", target)

    *others, kernel, _ = load_model(target).get_weights()
    assert np.mean(kernel == 0) == pytest.approx(0.75, abs=0.01)
    assert all(w.all() for w in others if w.ndim > 1)


def test_what_is_done_is_kept_until_the_model_is_written(
    call, squares: Path, trained: Path, tmp_path: Path
) -> None:
    target, folder = tmp_path / "pruned.fcnn", tmp_path / "state"
    command = (
        "prune", trained, "--schedule", "iterative", "--rounds", 2, "--data", squares,
        "--fine-tune", 2, "--batch-size", 16, "--state-dir", folder, "--output",
    )  # fmt: skip

    failed = call(*command, tmp_path / "no folder" / "pruned.fcnn")
    kept = sorted(path.name for path in folder.glob("*.fcnn"))
    done = call(*command, target)

    assert failed.code == 1
    assert kept == ["tuned-1.fcnn", "tuned-2.fcnn"]
    assert done.code == 0
    assert target.exists()
    assert not folder.exists()


def test_prune_takes_channels_out(call, trained: Path, tmp_path: Path) -> None:
    result = call(
        "prune", trained, "--structure", "channel", "--sparsity", 0.5,
        "--output", tmp_path / "narrow.fcnn", "--json",
    )  # fmt: skip

    before, after = result.json["comparison"]
    assert after["parameters"] < 0.5 * before["parameters"]
    assert after["macs"] < 0.5 * before["macs"]
    assert "accuracy" not in after


def test_cut_removes_a_layer(call, squares: Path, trained: Path, tmp_path: Path) -> None:
    target = tmp_path / "cut.fcnn"

    result = call(
        "cut", trained, "--data", squares, "--fine-tune", 1, "--batch-size", 16,
        "--output", target, "--json",
    )  # fmt: skip

    assert result.code == 0
    assert len(load_model(target).layers) < len(load_model(trained).layers)
    assert result.json["comparison"][1]["removed"]


def test_cut_takes_the_measure_and_trains_between(
    call, squares: Path, trained: Path, tmp_path: Path
) -> None:
    target = tmp_path / "cut.fcnn"
    first = next(layer.name for layer in load_model(trained).layers if "conv" in layer.name)

    result = call(
        "cut", trained, "--data", squares, "--importance", "fisher", "--schedule", "iterative",
        "--candidate", first, "--fine-tune", 1, "--batch-size", 16, "--output", target, "--json",
    )  # fmt: skip

    assert result.code == 0
    (record,) = load_model(target).records
    assert (record.details["importance"], record.details["schedule"]) == ("fisher", "iterative")
    assert [row["layer"] for row in record.details["table"]] == [first]


def test_fuse_makes_one_of_two(call, squares: Path, trained: Path, tmp_path: Path) -> None:
    second, target = tmp_path / "second.fcnn", tmp_path / "fused.fcnn"
    call(
        "train", "--data", squares, "--epochs", 4, "--batch-size", 16, "--seed", 5,
        "--output", second,
    )  # fmt: skip

    result = call("fuse", trained, second, "--method", "exact", "--output", target, "--json")

    assert result.code == 0
    x = np.random.default_rng(0).random((4, 18, 18, 1), np.float32)
    ensemble = (load_model(trained).predict(x) + load_model(second).predict(x)) / 2
    np.testing.assert_allclose(load_model(target).predict(x), ensemble, atol=1e-6)


def test_fuse_takes_each_layer_from_where_it_was_chosen(
    call, trained: Path, tmp_path: Path
) -> None:
    other, target = tmp_path / "other.fcnn", tmp_path / "fused.fcnn"
    call("prune", trained, "--sparsity", 0.5, "--output", other)
    layer = load_model(trained).layers[-1].name

    result = call(
        "fuse", other, trained, "--method", "uniform", "--layer", f"{layer}=2", "--output", target
    )

    assert result.code == 0
    kernel, whole = (load_model(path).get_weights()[-2] for path in (target, trained))
    np.testing.assert_array_equal(kernel, whole)
    wrong = call("fuse", other, trained, "--layer", "dense", "--output", target)
    assert wrong.code == 2


def test_compare_shows_models_and_writes_a_report(
    call, squares: Path, trained: Path, tmp_path: Path
) -> None:
    pytest.importorskip("plotly", reason="the report needs plotly")
    page, other = tmp_path / "report.html", tmp_path / "other.fcnn"
    call("prune", trained, "--structure", "channel", "--sparsity", 0.3, "--output", other)

    result = call("compare", trained, other, "--data", squares, "--report", page)

    assert result.code == 0
    assert "other.fcnn" in result.out
    assert "On 60 test images" in result.out
    assert "other.fcnn" in page.read_text(encoding="utf-8")


def test_inspect_lists_layers_and_kernels(call, trained: Path) -> None:
    answer = call("inspect", trained, "--json").json

    assert [layer["kind"] for layer in answer["layers"]].count("Conv2D") == 3
    assert answer["parameters"] == sum(layer["parameters"] for layer in answer["layers"])
    assert answer["macs"] == sum(layer["macs"] for layer in answer["layers"])
    assert all(step["kernel"] for step in answer["plan"])


def test_run_names_the_class_of_an_image(call, trained: Path, tmp_path: Path) -> None:
    image_module = pytest.importorskip("PIL.Image", reason="images need Pillow")
    pixels = np.full((36, 36), 40, np.uint8)
    pixels[24:36, 12:24] = 230
    image_module.fromarray(pixels).save(tmp_path / "bottom.png")
    (tmp_path / "names.txt").write_text("top\nmiddle\nbottom\n")

    result = call(
        "run", trained, tmp_path / "bottom.png", "--classes", tmp_path / "names.txt", "--json"
    )

    best = result.json["images"][0]["top"][0]
    assert (best["class"], best["name"]) == (2, "bottom")


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["evaluate", "none.fcnn"], 2, "does not exist"),
        (["prune", "{model}", "--sparsity", "1.5"], 2, "1.5 is not in the range"),
        (["prune", "{model}", "--layer", "conv2d"], 2, "'conv2d' is not LAYER=SHARE"),
        (["prune", "{model}", "--structure", "rows"], 1, "it is 'rows'"),
        (["prune", "{model}", "--criterion", "obc"], 1, "give data"),
        (["prune", "{model}", "--fine-tune", "1"], 2, "--fine-tune needs --data"),
        (["fuse", "{model}"], 2, "needs two models or more"),
        (["train", "--data", "imagenet"], 2, "neither mnist nor"),
        (["train", "--data", "{data}", "--model", "vgg"], 2, "neither mnist_cnn nor"),
        (["compare", "{model}", "{model}", "--data", "{data}"], 2, "named twice"),
        (["kernels", "fft"], 2, "no family is named 'fft'"),
        (["inspect", "{data}"], 1, "squares.npz"),
        (["run", "{model}", "{data}"], 1, "cannot be read as an image"),
        (["prune", "{model}", "--output", "/no/such/folder/a.fcnn"], 1, "/no/such/folder"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    call, squares: Path, trained: Path, arguments: list[str], code: int, text: str
) -> None:
    filled = [word.format(model=trained, data=squares) for word in arguments]

    result = call(*filled)

    assert result.code == code
    assert text in " ".join(result.err.split())
    assert "Traceback" not in result.err


def test_a_truncated_model_is_refused(call, trained: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.fcnn"
    broken.write_bytes(trained.read_bytes()[:1000])

    result = call("inspect", broken)

    assert result.code == 1
    assert result.err.startswith("fastcnn: ")
    assert result.err.count("\n") == 1


def test_optimize_meets_a_size_or_follows_a_recipe(
    call, squares: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTCNN_CACHE_DIR", str(tmp_path))
    size = trained.stat().st_size
    common = ["optimize", trained, "--data", squares, "--json"]

    goal = [*common, "--fine-tune", 1, "--target-bytes", size // 2, "--state-dir"]
    failed = call(*goal, tmp_path / "goal", "--output", tmp_path / "no folder" / "small.fcnn")
    kept = {path.name.split("-")[0] for path in (tmp_path / "goal").iterdir()}
    small = call(*goal, tmp_path / "goal", "--output", tmp_path / "small.fcnn")
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("steps: [{prune: {sparsity: 0.5, structure: channel}}]")
    narrow = call(
        *common,
        "-r",
        recipe,
        "--state-dir",
        tmp_path / "state",
        "--output",
        tmp_path / "narrow.fcnn",
    )  # fmt: skip

    assert failed.code == 1
    assert {"work.json", "latency", "sensitivity", "error", "ratio", "tuned", "times"} <= kept
    assert not (tmp_path / "goal").exists()
    assert small.code == 0
    assert small.json["comparison"][1]["bytes_on_disk"] < 0.6 * size
    assert narrow.code == 0
    assert narrow.json["comparison"][1]["macs"] < narrow.json["comparison"][0]["macs"]
    neither = call("optimize", trained, "--data", squares)
    assert neither.code == 2
    assert "one of the two" in neither.err


def test_search_keeps_the_fastest_that_is_good_enough(
    call, squares: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("optuna", reason="a search needs optuna")
    for name in ("recipes.measured", "search.search"):
        module = import_module(f"fastcnn.compress.{name}")
        monkeypatch.setattr(module, "times_in_fresh_process", lambda *_, **__: Times(2.0, 1.0, 2.0))
    recipe, page = tmp_path / "open.yaml", tmp_path / "page.html"
    recipe.write_text("steps: [{prune: {structure: channel, sparsity: {any: [0.25, 0.5]}}}]")
    command = (
        "search", trained, "-r", recipe, "--data", squares, "--max-drop", 1, "--state-dir",
        tmp_path / "state", "--output", tmp_path / "found.fcnn", "--report", page, "--json",
    )  # fmt: skip

    first = call(*command, "--trials", 1)
    second = call(*command, "--trials", 2)

    assert first.code == second.code == 0
    assert "trial 0: " in first.err
    assert "trial 0: " not in second.err.partition("recipes, beaten")[0]
    assert "Recipes side by side" in page.read_text()
    assert load_model(tmp_path / "found.fcnn").records[-1].kind == "recipe"
