"""Histograms: percentiles within the promised error, and adding that does not care about order or grouping."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.monitoring.histogram import Histogram, bounds, bucket_of, tenths

values = st.lists(st.one_of(st.integers(0, 300), st.integers(0, 10**6), st.integers(0, 2**50)), max_size=200)


def of(numbers: list[int]) -> Histogram:
    histogram = Histogram()
    for number in numbers:
        histogram.add(number)
    return histogram


def added(*histograms: Histogram) -> Histogram:
    whole = Histogram()
    for histogram in histograms:
        whole.merge(histogram)
    return whole


@given(st.lists(st.integers(0, 2**50), min_size=1, max_size=200), st.sampled_from([0, 1, 50, 90, 95, 99, 99.9, 100]))
def test_a_percentile_is_within_2_percent_of_the_nearest_rank(numbers: list[int], percent: float) -> None:
    exact = sorted(numbers)[max(math.ceil(len(numbers) * round(percent * 10) / 1000), 1) - 1] / 10
    (found,) = of(numbers).percentiles((percent,))
    assert abs(found - exact) <= 0.02 * exact


@given(values, values, values)
def test_merging_is_associative_and_commutative_and_equals_counting_together(
    a: list[int], b: list[int], c: list[int]
) -> None:
    together = of(a + b + c)
    assert added(of(a), added(of(b), of(c))) == together
    assert added(added(of(c), of(a)), of(b)) == together
    assert added(of(b), of(c), of(a)).encode() == together.encode()


@given(values)
def test_what_is_encoded_is_decoded_and_equal_histograms_have_equal_bytes(numbers: list[int]) -> None:
    assert Histogram.decode(of(numbers).encode()) == of(numbers)
    assert of(numbers).encode() == of(numbers[::-1]).encode()


@given(values)
def test_count_sum_and_maximum_are_exact(numbers: list[int]) -> None:
    histogram = of(numbers)
    assert (histogram.count, histogram.total, histogram.maximum) == (
        len(numbers),
        sum(numbers),
        max(numbers, default=0),
    )


def test_buckets_follow_each_other_without_hole_or_overlap() -> None:
    edges = [bounds(bucket) for bucket in range(1000)]
    assert edges[0][0] == 0
    assert all(before[1] == after[0] for before, after in pairwise(edges))
    assert all(bucket_of(low) == bucket_of(high - 1) == n for n, (low, high) in enumerate(edges))


def test_an_empty_histogram_has_no_percentiles() -> None:
    assert Histogram().percentiles((50,)) == []
    assert Histogram.decode(Histogram().encode()) == Histogram()


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x01\x02\x03", b"\x01\x82"])
def test_bytes_that_are_no_histogram_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no histogram"):
        Histogram.decode(data)


def test_an_hour_of_ordinary_latencies_takes_few_bytes() -> None:
    assert len(of([500 + n % 97 for n in range(3600)]).encode()) < 40


@pytest.mark.parametrize(("milliseconds", "expected"), [(0.1, 1), (12.3, 123), (0.04, 0), (-0.1, 0)])
def test_durations_are_counted_in_tenths_of_a_millisecond(milliseconds: float, expected: int) -> None:
    assert tenths(milliseconds) == expected
