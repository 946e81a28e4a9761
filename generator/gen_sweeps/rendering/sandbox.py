"""The sandbox of templates: Jinja's own, with a budget for what each rendering does.

Jinja keeps templates from Python's internals but not from running forever, and a time limit would
not give the same result on every machine. So each rendering has a budget of steps (items of loops,
calls, filters, what is printed) and of characters (printed, or made on the way). A file that all
arms share has more, the more there are: it may say something of each. Arguments that say how much
to make (`range(n)`, `"x" * n`, `center(n)`) are charged before they are obeyed. Filters that make
HTML, or only pad text, are left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from functools import cached_property, wraps
from itertools import islice
from types import BuiltinMethodType, MappingProxyType
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, Template, nodes, pass_context
from jinja2.environment import TemplateModule  # noqa: TC002 - jinja2 has loaded it
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.filters import do_join, make_attrgetter
from jinja2.runtime import Context  # noqa: TC002 - likewise
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_eval_context
from jinja2.visitor import NodeTransformer

from gen_sweeps.rendering.escaping import Text, text_of
from gen_sweeps.rendering.lexer import LineLexer
from gen_sweeps.rendering.tracing import Traced, origin_of, shown, texts_in, traced, untraced

MAX_STEPS = 1_000_000
"""Items of loops, calls and the like in one rendering; about a second."""

STEPS_PER_ARM = 1_000
"""What a file that all arms share may take more for each of them."""

MAX_CHARACTERS = 50_000_000
"""Characters made in one rendering, what is made to be put into other text counted again."""

CHARACTERS_PER_ARM = 10_000
"""What a file that all arms share may make more for each of them."""

MAX_TOKENS = 250_000
"""Words and signs of a file of Python; each takes the compiler 10 microseconds and a kilobyte."""

TOKENS_PER_ARM = 100
"""What a file of Python that all arms share may have more for each of them."""

MAX_WIDTH = 999
"""Columns that a format may ask for."""

INCLUDE_STEPS = 20
"""What an include costs, measured in steps."""

CALL_STEPS = 10
"""What the call of a macro or a method costs, likewise."""

FILTER_STEPS = 3
"""What a filter costs, likewise."""

ATTRIBUTE_STEPS = 4
"""What an attribute costs, likewise."""

PRINTED_STEPS = 8
"""What a value costs that is printed and later filled in, likewise."""

EXPRESSIONS_PER_STEP = 4
"""Expressions in a loop's body that are worth a step more each time."""

ITEM = 20
"""What an item of a list costs when it is made, measured in characters; so does a character or an
item that a filter looks at, or an operator: each takes about a microsecond or 20 bytes."""

_PLAIN_FILTERS = (
    *("abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "groupby"),
    *("int", "items", "last", "length", "list", "lower", "map", "max", "min", "reject"),
    *("rejectattr", "reverse", "select", "selectattr", "sort", "title", "trim"),
    *("unique", "upper", "wordcount"),
)
"""Filters of Jinja that take about as much time and room as what they are given."""

_ITEM_FILTERS = frozenset({"d", "default", "first", "last", "max", "min"})
"""Filters that return what they are given or an item of it, which keeps its origin."""

_INSTANT_FILTERS = frozenset({"count", "d", "default", "first", "last", "length"})
"""Filters that take the same time whatever they are given."""

_GROWING_FILTERS = (
    "batch",
    "center",
    "indent",
    "replace",
    "round",
    "slice",
    "truncate",
    "wordwrap",
)
"""Filters of Jinja that make as much as the product of what they are given."""

_METHODS: Mapping[type, frozenset[str]] = MappingProxyType(
    {
        str: frozenset(name for name in dir(str) if not name.startswith("_"))
        - {"encode", "maketrans", "translate"},
        dict: frozenset({"get", "items", "keys", "values"}),
        list: frozenset({"count", "index"}),
        tuple: frozenset({"count", "index"}),
    }
)
"""Methods of built-in types that templates may call."""

_LISTING_FILTERS = frozenset({"batch", "slice"})
"""Growing filters that make lists."""

_SPLITTING = frozenset({"split", "rsplit", "splitlines"})
"""Methods that make a list of a text."""

_WIDTH = re.compile(r"%[^a-zA-Z%]*(?:\*|[0-9]{4,})|\{[^{}]*(?:\{|[0-9]{4,})")

# Names of filters that only the sandbox can write, for they have a space.
_STEP, _JOINED, _NEST, _READ = "one step", "joined text", "nested values", "read values"

_TOKEN = re.compile(r"\w+|[^\w ]")

_AT_ONCE = 100
"""Pieces of a rendering that are counted together."""


class BudgetError(TemplateRuntimeError):
    """A template does or makes more than a rendering may."""


class Budget:
    """What one rendering has done and made so far."""

    def __init__(self) -> None:
        self.renew()

    def renew(self, arms: int = 0) -> None:
        """Start the next rendering, of a file that so many arms share."""
        self._max_steps = MAX_STEPS + arms * STEPS_PER_ARM
        self._max_characters = MAX_CHARACTERS + arms * CHARACTERS_PER_ARM
        self._max_tokens = MAX_TOKENS + arms * TOKENS_PER_ARM
        self._steps = self._characters = 0
        self._weights: dict[int, tuple[object, int]] = {}

    def step(self, count: int = 1) -> None:
        """Count steps.

        Raises:
            BudgetError: They are too many.
        """
        self._steps += count
        if self._steps > self._max_steps:
            raise BudgetError(
                f"takes more than {self._max_steps:,} steps: is there an endless loop?"
            )

    def make(self, characters: int) -> None:
        """Count characters that are about to be made.

        Raises:
            BudgetError: They are too many.
        """
        self._characters += characters
        if self._characters > self._max_characters:
            raise BudgetError(f"makes more than {self._max_characters:,} characters of text")

    def compile(self, pieces: Sequence[str]) -> None:
        """Check that a file of Python, in pieces, is not too long to be compiled.

        Raises:
            BudgetError: It is.
        """
        if sum(map(len, pieces)) <= self._max_tokens:
            return  # as nearly always, and quick to tell
        if sum(len(_TOKEN.findall(piece)) for piece in pieces) > self._max_tokens:
            raise BudgetError(f"makes Python of more than {self._max_tokens:,} words and signs")

    def read(self, *values: object) -> None:
        """Count values with all that is in them, however often the same thing is.

        Raises:
            BudgetError: It is too much: writing it out would take for ever.
        """
        self.make(sum(map(self.weight, values)))

    def handle(self, *values: object) -> None:
        """Count values that Python code looks at, item by item; likewise."""
        self.make(ITEM * _total(*values))
        self.read(*values)

    def weight(self, value: object) -> int:
        """Return how much there is of a value with all that is in it, in characters."""
        if isinstance(value, str):
            return 1 + len(value)
        if isinstance(value, int):
            return 1 + value.bit_length() // 64
        if isinstance(value, Text | Traced):
            # Python code compares them.
            return ITEM + (len(value) if isinstance(value, Text) else self.weight(value.value))
        if not isinstance(value, list | tuple | Mapping):
            return 1
        # What has been weighed is kept, so that no other value gets its id.
        kept = self._weights.get(id(value))
        if kept is None:
            parts = sum(map(self.weight, value))
            if isinstance(value, Mapping):
                parts += sum(map(self.weight, value.values()))
            kept = self._weights[id(value)] = (value, 1 + parts)
        return kept[1]


class _Template(Template):
    """A template that is run anew for each file that imports it.

    Jinja runs it once and keeps its variables, which may hold what was meant for another file.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        del ctx
        return self.make_module()


class _Expressions(NodeTransformer):
    """Has what a template writes counted when it is made, and `~` know texts of the spec.

    Lists, tuples and tables go through the filter `_NEST`; what `~` joins, through `_JOINED`; what
    is compared or cut, through `_READ`.
    """

    def __init__(self, counting: Callable[[nodes.Expr, str, int], nodes.Expr]) -> None:
        self._counting = counting

    # ruff: noqa: N802 - jinja2 names a visitor's methods

    def visit_List(self, node: nodes.List | nodes.Dict | nodes.Tuple) -> nodes.Node:
        self.generic_visit(node)
        return self._counting(node, _NEST, node.lineno)

    visit_Dict = visit_List  # noqa: N815 - likewise

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return self._counting(nodes.List(node.nodes, lineno=node.lineno), _JOINED, node.lineno)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        self.generic_visit(node)
        node.expr = self._counting(node.expr, _READ, node.lineno)
        for operand in node.ops:
            operand.expr = self._counting(operand.expr, _READ, node.lineno)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = self._counting(node.node, _READ, node.lineno)
        return node

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        return self.visit_List(node) if node.ctx == "load" else node


class Sandbox(ImmutableSandboxedEnvironment):
    """Strict, the same everywhere, and bounded.

    Args:
        loader: Where templates come from.
        budget: What the rendering that is under way has left.
        printed: What `{{ value }}` prints for a value, given the context that it is printed in.
        joined: What `~` makes of values, given the same.
        fields: The attributes that are safe, by the type of what has them, known beforehand.
        delimiters: What stands around what a template prints, does and says.
    """

    template_class = _Template
    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "**", "%"))
    intercepted_unops = frozenset(("+", "-"))

    def __init__(  # noqa: PLR0913, PLR0917 - what is the renderer's of an environment
        self,
        loader: BaseLoader,
        budget: Budget,
        printed: Callable[[Context, object], object],
        joined: Callable[[Context, Sequence[object]], object],
        fields: Mapping[type, frozenset[str]],
        delimiters: Sequence[str],
    ) -> None:
        prints, does, says = (pair.split(" ") for pair in delimiters)
        super().__init__(
            *does,
            *prints,
            *says,
            loader=loader,
            undefined=StrictUndefined,
            finalize=printed,
            keep_trailing_newline=True,
            lstrip_blocks=True,
            newline_sequence="\n",
            auto_reload=False,
            cache_size=-1,
        )
        self._budget = budget
        self._fields = fields
        self.concat = self._concatenated  # type: ignore[method-assign] # Jinja has a "".join there
        known = self.filters
        self.filters = {
            name: self._counted(name, known[name]) for name in (*_PLAIN_FILTERS, *_GROWING_FILTERS)
        }
        self.filters |= {
            "format": self._format,
            "join": self._join,
            "string": _string,
            "sum": self._sum,
            _STEP: self._step,
            _JOINED: joined,
            _NEST: self._nested,
            _READ: self._read,
        }
        tests: Any = self.tests
        self.tests = {name: _plain(test) for name, test in tests.items()}
        del self.globals["lipsum"]  # what it returns differs from run to run
        self.globals["range"] = self._range

    @cached_property
    def lexer(self) -> LineLexer:
        """What splits templates; part of the protocol of Jinja's environments."""
        return LineLexer(self)

    # -- what is counted because the template's code says so --

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        repeated = (nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block)
        for loop in tree.find_all(nodes.For):
            if loop.test is not None:
                step = self._stepping(loop.test)
                loop.test = nodes.And(step, loop.test, lineno=loop.lineno)
        for body in (tree, *tree.find_all(repeated)):
            step = self._stepping(body)
            body.body.insert(0, nodes.ExprStmt(step, lineno=body.lineno))  # type: ignore[attr-defined] # all five have a body
        _Expressions(self._counting).visit(tree)
        tree.set_environment(self)
        return tree

    def _stepping(self, node: nodes.Node) -> nodes.Expr:
        """Return what counts as many steps as running all of a node once is worth; it is true."""
        expressions = sum(1 for _ in node.find_all(nodes.Expr))
        return self._counting(
            nodes.Const(1 + expressions // EXPRESSIONS_PER_STEP), _STEP, node.lineno
        )

    def _counting(self, node: nodes.Expr, name: str, line: int) -> nodes.Expr:
        return nodes.Filter(node, name, [], [], None, None, lineno=line)

    @pass_context
    def _step(self, _context: Context, steps: int) -> int:
        self._budget.step(steps)
        return steps

    @pass_context
    def _nested(self, _context: Context, value: object) -> object:
        self._budget.make(ITEM * _total(value))
        self._budget.read(value)
        return value

    @pass_context
    def _read(self, _context: Context, value: object) -> object:
        """Count what is compared or cut: as much as there is of it, in lists too."""
        self._budget.read(value)
        return value

    def _concatenated(self, pieces: Iterable[str]) -> str:
        rest = iter(pieces)
        kept = []
        while some := list(islice(rest, _AT_ONCE)):
            self._budget.make(sum(map(len, some)))
            kept += some
        return "".join(kept)

    def _load_template(
        self,
        name: str,
        globals: MutableMapping[str, Any] | None,  # noqa: A002 - Jinja's name
    ) -> Template:
        self._budget.step(INCLUDE_STEPS)
        return super()._load_template(name, globals)

    # -- attributes, operators and calls --

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an attribute that templates may see; part of the protocol of Jinja's sandbox."""
        self._budget.step(ATTRIBUTE_STEPS)
        kind = type(obj)
        if attribute in self._fields.get(kind, ()):
            return getattr(obj, attribute)
        if kind is Traced:
            obj = obj.value
        elif isinstance(obj, Text):
            # What a string can do, a text of the spec can if it is safe to be printed as it is.
            obj = _GuardedString.of(obj)
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]  # also where a method has the same name
        return super().getattr(obj, attribute)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Run an operator, charged before; part of the protocol of Jinja's sandbox."""
        if isinstance(left, Traced) or isinstance(right, Traced):
            plain = self.call_binop(context, operator, untraced(left), untraced(right))
            return traced(plain, origin_of(left, right))
        self._budget.make(ITEM)
        if operator == "%" and isinstance(left, str):
            return self._format(left, *(right if isinstance(right, tuple) else (right,)))
        if isinstance(left, int) and isinstance(right, int):
            power = max(right, 1) if operator == "**" else 1
            bits = (left.bit_length() + right.bit_length()) * power
            self._budget.make(bits // 8 + bits * bits // 4096)  # the time grows with the square
        elif operator == "*":
            is_list = isinstance(left, list | tuple) or isinstance(right, list | tuple)
            self._budget.make(_repeated("", left, right) * (ITEM if is_list else 1))
        else:
            self._budget.make(_room(left) + _room(right))
        return super().call_binop(context, operator, left, right)

    def call_unop(self, context: Context, operator: str, arg: Any) -> Any:
        """Run an operator; likewise."""
        if isinstance(arg, Traced):
            return traced(self.call_unop(context, operator, arg.value), arg.origin)
        return super().call_unop(context, operator, arg)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls, charged before; likewise."""
        method = getattr(obj, "__wrapped__", obj)
        given = args
        self._budget.step(CALL_STEPS)
        if isinstance(method, BuiltinMethodType):
            args = self._charged_method(method, args, kwargs)
        self._budget.read(*args, *kwargs.values())
        made = super().call(context, obj, *args, **kwargs)
        if isinstance(method, BuiltinMethodType):
            return guarded(made, method.__self__, *given, *kwargs.values())
        return made

    def _charged_method(
        self, method: BuiltinMethodType, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[Any, ...]:
        owner, name = method.__self__, method.__name__
        kind = str if isinstance(owner, _GuardedString) else type(owner)
        if name not in _METHODS.get(kind, ()):
            raise SecurityError(f"templates may not call {name}() of a {kind.__name__}")
        if name in ("format", "format_map"):
            self._check_format(str(owner), (*args, *kwargs.values()))
        elif not isinstance(owner, str):
            if name in ("count", "index"):
                self._budget.read(owner)
        elif name == "join" and len(args) == 1:
            self._budget.handle(args[0])
            args = (list(map(str, args[0])),)
            self._budget.make(_total(*args[0]) + len(owner) * len(args[0]))
        elif name in _SPLITTING:
            self._budget.handle(owner)
        else:
            self._budget.make(_repeated(owner, *args, *kwargs.values()))
        return args

    def _range(self, *bounds: int) -> range:
        """Return `range(…)`, paid as if all of it were used."""
        made = range(*bounds)
        # The length of a range can be more than `len` can say.
        self._budget.step(max(0, -((made.start - made.stop) // made.step)))
        return made

    # -- filters --

    def _counted(
        self,
        name: str,
        function: Callable[..., Any],
    ) -> Callable[..., Any]:
        first = 1 if hasattr(function, "jinja_pass_arg") else 0
        seen = (lambda value: value) if name in _ITEM_FILTERS else untraced

        @wraps(function)
        def counted(*args: Any, **kwargs: Any) -> Any:
            self._budget.step(FILTER_STEPS)
            args = tuple(map(seen, args))
            kwargs = {name: seen(value) for name, value in kwargs.items()}
            given = (*args[first:], *kwargs.values())
            if name in _GROWING_FILTERS:
                self._budget.make(_repeated(*given) * (ITEM if name in _LISTING_FILTERS else 1))
            if name in _INSTANT_FILTERS:
                self._budget.make(ITEM)
            else:
                self._budget.handle(*given)
            return guarded(function(*args, **kwargs), *args[first:], *kwargs.values())

        return counted

    def _format(self, pattern: object, *args: Any, **kwargs: Any) -> object:
        """Filter `format`, and the operator `%`."""
        self._budget.step(FILTER_STEPS)
        text = str(pattern)
        self._check_format(text, (*args, *kwargs.values()))
        made = text % (kwargs or args)
        self._budget.make(len(made))
        return guarded(made, pattern, *args, *kwargs.values())

    def _check_format(self, pattern: str, values: Iterable[Any]) -> None:
        if match := _WIDTH.search(pattern.replace("{{", "").replace("%%", "")):
            raise BudgetError(f"a format may ask for {MAX_WIDTH} columns at most, not {match[0]!r}")
        fields = pattern.count("{") + pattern.count("%")
        self._budget.make(
            len(pattern) + fields * (MAX_WIDTH + sum(map(self._budget.weight, values)))
        )

    @pass_eval_context
    def _join(
        self,
        eval_ctx: nodes.EvalContext,
        value: Iterable[Any],
        d: str = "",
        attribute: str | int | None = None,
    ) -> object:
        """Filter `join`."""
        self._budget.step(FILTER_STEPS)
        items = list(value)
        if attribute is not None:
            items = list(map(make_attrgetter(self, attribute), items))
        self._budget.handle(items)
        texts = list(map(str, items))
        self._budget.make(_total(*texts) + len(texts) * len(str(d)))
        made: str = do_join(eval_ctx, texts, str(d))
        return guarded(made, d, *items)

    def _sum(self, numbers: Any) -> float:
        """Filter `sum`: of numbers; lists are joined with `+`."""
        total: float = 0
        items: Any = untraced(numbers)
        for number in map(untraced, items):
            if not isinstance(number, int | float):
                raise TemplateRuntimeError(f"sum adds numbers, not a {type(number).__name__}")
            self._budget.step()
            total += number
        return total


def _string(value: object) -> object:
    """Filter `string`: a text as it is, and a number as the spec writes it."""
    return value if isinstance(value, str | Text) else shown(value)


class _GuardedString(str):
    """A string that is a text of the spec, whose methods a template calls."""

    __slots__ = ("text",)

    text: Text

    @classmethod
    def of(cls, text: Text) -> _GuardedString:
        made = cls(text)
        made.text = text
        return made


def guarded(made: object, *sources: object) -> object:
    """Return what was made of values: a text of the spec, if it is a string and they have one."""
    if not isinstance(made, str | list | tuple):
        return made
    of_spec = (value.text if isinstance(value, _GuardedString) else value for value in sources)
    texts = list(texts_in(*of_spec))
    if not texts:
        return made
    if isinstance(made, str):
        return text_of(made, *texts)
    return [text_of(item, *texts) if isinstance(item, str) else item for item in made]


def _plain(test: Callable[..., Any]) -> Callable[..., Any]:
    """Return a test of Jinja that sees values without their origins."""

    @wraps(test)
    def plain(*args: Any, **kwargs: Any) -> Any:
        return test(*map(untraced, args), **kwargs)

    return plain


def _size(value: object) -> int:
    return len(value) if isinstance(value, str | list | tuple | Mapping) else 0


def _total(*values: object) -> int:
    """Return how much there is of all values together."""
    return sum(map(_size, values))


def _room(value: object) -> int:
    """Return how much room a value takes, measured in characters, without what is in its items."""
    return _size(value) * (1 if isinstance(value, str) else ITEM)


def _repeated(value: object, *arguments: object) -> int:
    """Return how much there can be if `value` is repeated as often as the arguments say."""
    times = (abs(a) if isinstance(a, int) else _size(a) for a in arguments)
    return (_room(value) + 1) * math.prod(count + 1 for count in times)
