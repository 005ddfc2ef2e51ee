from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from aiaudit.errors import UsageError
from aiaudit.loading.joins import join_groups
from aiaudit.loading.tables import Table, frame_table, read_table


def table(name: str = "people.csv", **columns: list[object]) -> Table:
    return frame_table(pd.DataFrame(columns, dtype=object), name=name, text_columns=list(columns))


def test_attributes_follow_the_rows_of_the_data(tmp_path: Path, write) -> None:
    data = read_table(
        write(tmp_path, "id,x\n07,1\n3,2\n,3\n99,4\n3,5\n1,6\n"),
        text_columns=["id"],
    )
    people = read_table(
        write(tmp_path, "sex,id,race\nf,3,NA\nm,07,black\n,1,white\nf,,white\nm,,black\n", "people.csv"),
        text_columns=["id", "sex", "race"],
    )
    joined = join_groups(data, people, key="id", columns=["sex", "race"])
    assert list(joined.text["sex"]) == ["m", "f", None, None, "f", None]
    assert list(joined.text["race"]) == ["black", "NA", None, None, "NA", "white"]
    assert (joined.unmatched, joined.keyless) == (1, 1)
    assert joined.text["sex"].dtype == object


def test_keys_meet_across_types() -> None:
    data = table("data", id=[1, 2.0, None])
    joined = join_groups(data, table(id=["2", "1"], sex=["f", "m"]), key="id", columns=["sex"])
    assert list(joined.text["sex"]) == ["m", "f", None]


def test_a_repeated_key_is_refused() -> None:
    people = table(id=["1", "2", "1", "2", "3", None, None], sex=list("fmfmfmf"))
    with pytest.raises(UsageError, match=r"people.csv: the join key 'id' repeats '1', '2'$"):
        join_groups(table("data", id=["1"]), people, key="id", columns=["sex"])


def test_tables_that_share_no_key_are_refused() -> None:
    with pytest.raises(UsageError, match=r"no value of 'id' .*'007', '008' against '7', '8'"):
        join_groups(
            table("d", id=["007", "008", "009"]),
            table(id=["7", "8"], sex=["f", "m"]),
            key="id",
            columns=["sex"],
        )


@pytest.mark.parametrize(
    ("key", "column", "said"),
    [
        ("Id", "sex", "data.csv has no join key 'Id'"),
        ("row", "sex", "people.csv has no join key 'row'"),
        ("id", "sexe", "people.csv has no protected column 'sexe'. Did you mean 'sex'?"),
    ],
)
def test_unknown_columns(key: str, column: str, said: str) -> None:
    data, people = table("data.csv", id=["1"], row=["1"]), table(id=["1"], sex=["f"])
    with pytest.raises(UsageError) as caught:
        join_groups(data, people, key=key, columns=[column])
    assert caught.value.message.startswith(said)
