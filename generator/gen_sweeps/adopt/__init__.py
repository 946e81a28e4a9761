"""Makes a spec and a template of files that people wrote, which regenerate them byte for byte.

The stages, each a value that can be printed and tested:

    siblings --align--> lines --cut--> pieces --name--> template, variables --place--> spec --verify

Nothing is written here: `commands` does that, once everything is proven.
"""

from gen_sweeps.adopt.accidents import Accident, AccidentKind, Answers, OddValue
from gen_sweeps.adopt.adoption import Adoption, AdoptionRequest, NotOneFamilyError, adopt_family
from gen_sweeps.adopt.reporting import accidents_text, adoption_data, figures_text
from gen_sweeps.adopt.siblings import (
    MAX_BYTES,
    MAX_SIBLINGS,
    AdoptionError,
    Sibling,
    is_private,
    read_siblings,
)

__all__ = [
    "MAX_BYTES",
    "MAX_SIBLINGS",
    "Accident",
    "AccidentKind",
    "Adoption",
    "AdoptionError",
    "AdoptionRequest",
    "Answers",
    "NotOneFamilyError",
    "OddValue",
    "Sibling",
    "accidents_text",
    "adopt_family",
    "adoption_data",
    "figures_text",
    "is_private",
    "read_siblings",
]
