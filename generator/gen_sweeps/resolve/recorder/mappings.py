"""Dicts that libraries of configurations let one read by attribute, as `config.model.dim`."""

from __future__ import annotations


class AttributeDict(dict[object, object]):
    """A dict whose entries are its attributes too."""

    def __getattr__(self, name: str) -> object:
        """Return an entry."""
        if name not in self:
            message = f"'dict' object has no attribute {name!r}"
            raise AttributeError(message)
        if type(self[name]) is dict:
            self[name] = attributed(self[name])
        return self[name]

    def __setattr__(self, name: str, value: object) -> None:
        """Set an entry."""
        self[name] = value

    def __delattr__(self, name: str) -> None:
        """Delete an entry."""
        if name not in self:
            raise AttributeError(name)
        del self[name]


def attributed(value: object) -> object:
    """Return a copy of a dict or list whose dicts can be read by attribute, others as they are."""
    if type(value) is dict or type(value) is AttributeDict:
        return AttributeDict({key: attributed(item) for key, item in value.items()})
    if type(value) is list:
        return [attributed(item) for item in value]
    return tuple(map(attributed, value)) if type(value) is tuple else value
