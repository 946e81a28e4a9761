"""Makes a spec and a template of files that people wrote, which regenerate them byte for byte.

The stages, each a value that can be printed and tested:

    siblings --align--> lines --cut--> pieces --name--> template, variables --place--> spec --verify

Nothing is written here: `commands` does that, once everything is proven.
"""

from gen_sweeps.adopt.adoption import Adoption, AdoptionRequest, adopt_family
from gen_sweeps.adopt.siblings import AdoptionError, Sibling, is_private, read_siblings

__all__ = [
    "Adoption",
    "AdoptionError",
    "AdoptionRequest",
    "Sibling",
    "adopt_family",
    "is_private",
    "read_siblings",
]
