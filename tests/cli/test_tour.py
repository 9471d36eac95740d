"""`fastcnn tour`, on few images."""

from __future__ import annotations

from pathlib import Path

import pytest

STAGES = (
    "original", "weights-pruned", "neurons-pruned", "layer-cut", "second", "third", "fused-exact",
    "fused-compact",
)  # fmt: skip


@pytest.mark.slow
def test_the_tour_makes_compares_and_reports_every_model(call, tmp_path: Path) -> None:
    pytest.importorskip("plotly", reason="the report needs plotly")

    result = call("tour", "--quick", "--output", tmp_path, "--json")

    assert result.code == 0, result.err
    models = {row["name"]: row for row in result.json["models"]}
    assert len(models) == len(STAGES)
    assert {path.stem for path in tmp_path.glob("*.fcnn")} == set(STAGES)
    assert models["original"]["accuracy"] > 0.8
    assert models["weights pruned 90%"]["ratios"]["nonzeros"] < 0.12
    assert models["neurons pruned 50%"]["ratios"]["macs"] < 0.5
    assert models["one layer cut"]["ratios"]["parameters"] != 1
    assert models["fused, exact"]["ratios"]["macs"] == pytest.approx(3, rel=0.05)
    assert models["fused, compact"]["ratios"]["parameters"] == 1
    assert "a kernel skips them" in result.json["notes"][0]
    assert "fused, compact" in (tmp_path / "report.html").read_text(encoding="utf-8")

    (tmp_path / "third.fcnn").unlink()
    again = call("tour", "--quick", "--output", tmp_path)

    assert again.err.count("kept from an earlier run") == len(STAGES) - 1
    assert "fused, compact" in again.out
