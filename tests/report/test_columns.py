"""The comparison table's numbers and verdicts."""

from __future__ import annotations

import pytest
from report_sample import ORIGINAL, REPORT

from fastcnn.report import COLUMNS
from fastcnn.report.format import count, points, size, times

BY_KEY = {column.key: column for column in COLUMNS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (count(93_322), "93,322"),
        (count(3_857_925_376), "3,857.9 M"),
        (size(512), "512 B"),
        (size(374_824), "374.8 kB"),
        (size(4_858_566), "4.9 MB"),
        (size(7.2e9), "7.2 GB"),
        (times(0.104), "0.10x"),
        (times(12.34), "12.3x"),
        (times(250.0), "250x"),
        (points(-0.0012), "-0.12 pt"),
        (points(0.0), "+0.00 pt"),
    ],
)
def test_numbers_read_well(text: str, expected: str) -> None:
    assert text == expected


@pytest.mark.parametrize(
    ("key", "change", "verdict"),
    [
        ("accuracy", "-0.22 pt", "worse"),
        ("parameters", "0.25x", "better"),
        ("latency_ms", "0.51x", "better"),
        ("throughput", "2.42x", "better"),
    ],
)
def test_a_column_compares_with_the_original(key: str, change: str, verdict: str) -> None:
    narrow = REPORT.entries[2]

    column = BY_KEY[key]

    assert column.change(narrow, ORIGINAL) == change
    assert column.verdict(narrow, ORIGINAL) == verdict


def test_timings_within_the_noise_count_as_the_same() -> None:
    masked = REPORT.entries[1]

    assert BY_KEY["latency_ms"].verdict(masked, ORIGINAL) == "same"
    assert BY_KEY["throughput"].verdict(masked, ORIGINAL) == "same"
    assert BY_KEY["nonzeros"].verdict(masked, ORIGINAL) == "better"
