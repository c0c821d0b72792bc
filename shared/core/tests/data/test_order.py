"""The order of the batches is a function of the seed and the step, and wastes little on padding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdl_core.data import BatchOrder, held_out, near

SIZES = np.random.default_rng(0).normal(36, 6, 5000).clip(10, 60).astype(np.int32)
ROWS = np.arange(5000)


@given(
    count=st.integers(1, 300), batch_size=st.integers(1, 64), seed=st.integers(-(2**63), 2**63), epoch=st.integers(0, 5)
)
def test_an_epoch_holds_no_row_twice_and_leaves_out_less_than_a_batch(count, batch_size, seed, epoch):
    order = BatchOrder(np.arange(count) * 3, SIZES, batch_size=batch_size, seed=seed)
    batches = [order.batch(epoch * len(order) + place) for place in range(len(order))]
    rows = np.concatenate(batches)
    assert len(set(rows)) == len(rows) > count - batch_size
    assert set(rows) <= set(range(0, 3 * count, 3))
    assert {len(batch) for batch in batches} == {min(batch_size, count)}


def test_a_step_has_the_same_rows_whichever_steps_came_before():
    straight = BatchOrder(ROWS, SIZES, batch_size=32, seed=7)
    wanted = [straight.batch(step).tolist() for step in range(400)]
    for step in (399, 3, 200):
        assert BatchOrder(ROWS, SIZES, batch_size=32, seed=7).batch(step).tolist() == wanted[step]


def test_epochs_and_seeds_have_orders_of_their_own():
    order = BatchOrder(ROWS, SIZES, batch_size=32, seed=7)
    other = BatchOrder(ROWS, SIZES, batch_size=32, seed=8)
    assert order.batch(0).tolist() != order.batch(len(order)).tolist()
    assert order.batch(0).tolist() != other.batch(0).tolist()


def test_little_of_a_batch_is_padding_although_batches_come_in_no_order_of_size():
    order = BatchOrder(ROWS, SIZES, batch_size=32, seed=0)
    batches = [SIZES[order.batch(step)] for step in range(len(order))]
    filled = sum(batch.sum() for batch in batches) / sum(batch.max() * len(batch) for batch in batches)
    unsorted = SIZES.mean() / np.mean([SIZES[start : start + 32].max() for start in range(0, 5000, 32)])
    assert filled > 0.97 > 0.8 > unsorted
    means = [batch.mean() for batch in batches]
    assert abs(np.corrcoef(means[:-1], means[1:])[0, 1]) < 0.25


def test_every_row_has_the_same_chance_to_come_early():
    places = np.zeros(200)
    order = BatchOrder(np.arange(200), SIZES[:200], batch_size=2, seed=0)
    for step in range(400 * len(order)):
        places[order.batch(step)] += step % len(order)
    mean = places / 400
    assert mean.std() < 2 * 29 / np.sqrt(400)  # a uniform place among 100 deviates by 29


@pytest.mark.parametrize(
    ("count", "share", "most", "expected"),
    [(1000, 0.02, 4096, 20), (1_000_000, 0.02, 4096, 4096), (3, 0.02, 10, 1), (1, 0.5, 10, 0), (1000, 0, 4096, 0)],
)
def test_as_many_rows_are_held_out_as_asked_for(count, share, most, expected):
    held = held_out(count, share=share, most=most, seed=3)
    assert len(set(held)) == len(held) == expected
    assert (np.sort(held) == held).all()


def test_the_held_out_rows_are_spread_over_the_data_and_change_with_the_seed():
    held = held_out(10_000, share=0.1, most=4096, seed=0)
    assert np.histogram(held, bins=10)[0].min() > 70  # 100 are expected in each tenth
    assert set(held) != set(held_out(10_000, share=0.1, most=4096, seed=1))


@given(st.integers(1, 300), st.floats(0.01, 0.9), st.integers(1, 9), st.integers(0, 9))
def test_where_rows_overlap_some_are_left_that_share_nothing_with_those_held_out(count, share, overlap, seed):
    held = held_out(count, share=share, most=4096, seed=seed, overlap=overlap)
    learned = np.setdiff1d(np.arange(count), near(held, count, overlap=overlap))
    assert len(learned) and len(held) <= max(round(count * share), 1)
    assert not len(held) or np.abs(learned[:, None] - held).min() > overlap


def test_few_rows_are_lost_between_those_that_are_held_out_and_those_that_are_learned():
    held = held_out(10_000, share=0.02, most=4096, seed=0, overlap=3)
    assert len(held) == 200 and len(near(held, 10_000, overlap=3)) < 260
