"""A second set of templates, which puts values into every place that a template may put them."""

from __future__ import annotations

from pathlib import Path

TEMPLATES = {
    "_base.py.jinja": '''\
"""{{ sweep.name | docstring }}

{{ sweep.marker | docstring }}
{% for section in base %}
"{{ section.heading | docstring }}": '{{ section.heading | docstring }}'
{% endfor %}
"""
{% for section in base %}
{{ section.heading | comment }}
{% for constant in section.constants %}
{{ constant.name }} = {{ constant.value | python }}  {{ constant.doc | comment }}
{% endfor %}
{% endfor %}
TEXT = {{ text | python }}
TABLE = {{ table }}
{% for key, value in table.items() %}
{{ key | comment("#:") }}
KEY_{{ loop.index }} = {{ [key, value, [key]] | python }}
{% endfor %}


def function() -> None:
    {{ text | comment }}
    names = [
        {{ text | python }},  {{ text | comment }}
        {{ table | python }},
    ]
''',
    "{strategy}/run_{seed}_{size}.py.jinja": """\
'''{{ strategy.title | docstring }}{{ strategy.doc | docstring }}

{{ sweep.marker }}'''
{% for section in base %}
{% for constant in section.constants %}
{{ constant.name }} = 0
{% endfor %}
{% endfor %}
TEXT = {{ text | python }}  # {{ table }}
{% if text %}{{ text | comment }}
{% endif %}
TABLE = {{ table | python }}
opt = {{ opt | python }}
label = {{ label | python }}
seed = {{ seed | python }}
size = {{ size | python }}
width = {{ width | python }}
several = [{{ opt | python }}, {"key": {{ width | python }}}]
said = '''{{ label | docstring }}, {{ seed }}'''
same = [{{ opt == width }}, {{ (label ~ size) | python }}, {{ [label, width] | python }}]


class Run{{ size | replace(".", "_") | replace("-", "_") | name }}:
    '''{{ label | docstring }}: {{ size }}.'''

    run = [{{ treatment.one_per_line }}]
""",
    "data_{strategy}_{seed}_{size}.json.jinja": """\
{
  "label": {{ label | json }}, "seed": {{ seed | json }}, "text": {{ text | json }},
  "all": [{{ [strategy, size, {"label": label}] | json }}]
}
""",
    "data_{strategy}_{seed}_{size}.yaml.jinja": """\
# {{ label | comment }}
label: {{ label | json }}
"seed": {{ seed | json }}
all: [{{ [strategy, size, {"label": label}] | json }}]
""",
    "level_{seed}.json.jinja": "{{ [seed, text] | json }}\n",
    "notes.txt.jinja": "{{ sweep.marker }}\n{{ text | python }}\n{{ table }}\n",
    "all.json.jinja": """\
{% for arm in arms %}
{{ "[" if loop.first else "," }}{{ [arm.name, arm.label, arm.seed] | json }}
{% endfor %}
]
""",
}


def write_templates(folder: Path) -> None:
    """Write the templates into `folder`."""
    for name, text in TEMPLATES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
