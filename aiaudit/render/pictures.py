"""Every picture of the report; what was not measured is None."""

from __future__ import annotations

from collections.abc import Mapping

from aiaudit.record import Record
from aiaudit.render.bars import gaps, importances
from aiaudit.render.calibration import calibration
from aiaudit.render.chart import chart
from aiaudit.render.cutoffs import cutoffs
from aiaudit.render.dependence import dependence
from aiaudit.render.findings import Finding
from aiaudit.render.heatmap import heatmaps


def pictures(record: Record, found: tuple[Finding, ...]) -> Mapping[str, object]:
    """Return the pictures by the name that the templates know them by."""
    drawn = chart(record, found)
    return {
        "chart": drawn,
        "heatmaps": heatmaps(record, found, drawn),
        "calibration": calibration(record),
        "cutoffs": cutoffs(record),
        "importances": importances(record),
        "gaps": gaps(record),
        "dependence": dependence(record),
    }
