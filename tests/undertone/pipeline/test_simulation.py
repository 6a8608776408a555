"""The rules of the design, searched for counterexamples: see `simulation` for the world."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.undertone.pipeline.machine import Pipeline
from undertone.pipeline import names

Pipeline.TestCase.settings = settings(
    max_examples=120,
    stateful_step_count=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestPipeline = Pipeline.TestCase


class LossyPipeline(Pipeline):
    """The service may also drop staged blocks before they are committed."""

    @precondition(lambda self: self.accepted())
    @rule(data=st.data())
    def lose_blocks(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self.accepted()))
        for name in (names.comments_csv(request.job), names.comments_jsonl(request.job)):
            if data.draw(st.booleans()):
                self.world.results.drop_staged(name)

    def every_aggregator_commits_the_same(self) -> None:
        """Not here: a job that is scored again is committed again; the results must agree."""

    def nothing_needs_repair(self) -> None:
        """Not here either."""


LossyPipeline.TestCase.settings = Pipeline.TestCase.settings
TestLossyPipeline = LossyPipeline.TestCase
