"""Profit and loss: what some days earned and cost, by the chart's headings, beside other days."""

from collections.abc import Iterator, Sequence

from accounting.statements import ProfitAndLoss, profit_and_loss

from .asking import Span, SpanForm
from .grouped import Part, columns, row
from .sheet import SUM, Report, Row, Sheet


def sheets(asked: SpanForm) -> Sequence[Sheet]:
    spans = [span for span in (asked.span, asked.beside) if span]
    found = [profit_and_loss(span.start, span.end) for span in spans]
    return [Sheet("Profit and loss", columns(*spans), list(_rows(found, spans)))]


def _rows(found: Sequence[ProfitAndLoss], spans: Sequence[Span]) -> Iterator[Row]:
    yield from Part("Revenue", [one.sales for one in found], spans).rows()
    yield from Part("Cost of sales", [one.cost_of_sales for one in found], spans).rows()
    yield row("", "Gross profit", [one.gross_profit for one in found], SUM)
    yield from Part("Other income", [one.other_income for one in found], spans).rows()
    yield from Part("Expenses", [one.expenses for one in found], spans).rows()
    yield row("", "Result", [one.result for one in found], SUM)


PROFIT_AND_LOSS = Report(
    "profit-and-loss",
    "Profit and loss",
    "What was earned, what it cost, and what was left, beside other days.",
    SpanForm,
    sheets,
)
