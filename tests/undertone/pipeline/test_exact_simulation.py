"""Whatever goes wrong, the results are those of the undisturbed run, byte for byte.

The machine of `test_simulation`, over a platform and an analyzer that answer the same always. It
adds what storage, processes and clocks do: calls that fail, calls that are done and said to have
failed, calls that are done twice, instances that die with what they remember, clocks that differ,
messages of a newer version.
"""

from __future__ import annotations

from typing import override

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.undertone.pipeline.exact import exact_world, results, undisturbed, without_rows
from tests.undertone.pipeline.simulation import Fault, World
from tests.undertone.pipeline.test_simulation import Pipeline
from undertone.pipeline.job_records import Request


class ExactPipeline(Pipeline):
    """The results are those of the undisturbed run."""

    @override
    def new_world(self) -> World:
        return exact_world(0)

    @initialize(seed=st.integers(0, 2**16), trouble=st.sampled_from([0.0, 0.3]))
    def begin(self, seed: int, trouble: float) -> None:
        self.world.seed.seed(seed)
        self.world.trouble = trouble

    @precondition(lambda self: self.world.workers)
    @rule(data=st.data(), fault=st.sampled_from(Fault))
    def go_wrong(self, data: st.DataObject, fault: Fault) -> None:
        """The next call of one worker does."""
        able = [worker for worker in self.world.workers if not worker.is_last_try]
        if able:
            self.world.step(data.draw(st.sampled_from(able)), fault=fault)

    @rule(rate=st.sampled_from([0.0, 0.01, 0.05]))
    def change_the_weather(self, rate: float) -> None:
        """From now on so many calls go wrong."""
        self.world.fault_rate = rate

    @override
    def check_end(self, request: Request) -> None:
        super().check_end(request)
        closed = self.world.store.closed.read(request.job)
        if closed.status != "cancelled":
            self.check_that_it_is_the_same(request)

    def check_that_it_is_the_same(self, request: Request) -> None:
        """Except for the rows of posts of which a message failed every try, which say so."""
        made = next(made for made in self.sent if made.name == request.name)
        rows = [*made.urls, *(upload.id for upload in made.uploads)]
        poisoned = {rows[post] for job, post in self.world.poisoned if job == request.job}
        spoilt = {number for number, sent in enumerate(rows, start=1) if sent in poisoned}
        there = results(self.world, request.job)
        expected = undisturbed(tuple(made.urls), tuple(made.uploads))
        for file, undisturbed_file in zip(there, expected, strict=True):
            if not spoilt:
                assert file == undisturbed_file
            assert without_rows(file, spoilt) == without_rows(undisturbed_file, spoilt)


ExactPipeline.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestExactPipeline = ExactPipeline.TestCase
