"""Snapshots that are the generated files themselves, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from syrupy.extensions.single_file import SingleFileSnapshotExtension
from syrupy.location import PyTestLocation
from syrupy.types import SerializedData, SnapshotIndex

GENERATED = Path(__file__).parent.parent / "generated"


class GeneratedExtension(SingleFileSnapshotExtension):
    """Reads and writes `generated/NAME` for `assert source == snapshot(name="NAME")`.

    Updating snapshots writes the files as the command would. It never deletes one: what is in
    the folder besides is the manifest's business.
    """

    file_extension = ""
    _file_extension = ""  # its name in older releases

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        del test_location
        return str(GENERATED)

    @classmethod
    def discovery_dirname(cls, *, test_location: PyTestLocation) -> str:
        return cls.dirname(test_location=test_location)

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        del test_location
        return str(index)

    @classmethod
    def get_location(cls, *, test_location: PyTestLocation, index: SnapshotIndex) -> str:
        return str(GENERATED / cls.get_snapshot_name(test_location=test_location, index=index))

    def is_snapshot_location(self, *, location: str) -> bool:
        del location
        return False  # nothing in the folder is to be looked for, or deleted as unused

    def diff_lines(
        self, serialized_data: SerializedData, snapshot_data: SerializedData
    ) -> Iterator[str]:
        return super().diff_lines(_readable(serialized_data), _readable(snapshot_data))


def _readable(data: SerializedData) -> str:
    text = data if isinstance(data, str) else bytes(data).decode(errors="backslashreplace")
    return text.replace("\r", "\N{SYMBOL FOR CARRIAGE RETURN}")
