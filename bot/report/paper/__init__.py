"""The report on paper and on a page: `Findings` told in words, tables and figures."""

from bot.report.paper.writing import write_document

__all__ = ["write_document"]
