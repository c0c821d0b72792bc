"""A first look at files notes what could not be read."""

from types import SimpleNamespace

from gdl_core.errors import Skipped
from gdl_core.pipeline.survey import Files, Survey
from gdl_core.representation import Record

FIRST, SECOND = Skipped("a.txt:1", "no word"), Skipped("a.txt:3", "none either")


def test_the_first_record_that_could_not_be_read_is_remembered_at_each_pass():
    def read(source, *, column, skipped):
        skipped(FIRST)
        yield Record("word", "a.txt:2")
        skipped(SECOND)

    survey = Survey(Files(SimpleNamespace(load=lambda name: read), ["a.txt"]))
    for _ in range(2):
        assert list(survey.objects()) == ["word"] and survey.skipped == [FIRST]
