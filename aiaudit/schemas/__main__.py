"""Write the JSON Schemas anew: ``python -m aiaudit.schemas``."""

from __future__ import annotations

from pathlib import Path

from aiaudit.schemas import FILES, generate

for name, file in FILES.items():
    Path(__file__).with_name(file).write_text(generate(name), "utf-8")
