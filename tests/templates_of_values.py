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
TEXT = {{ vars.text | python }}
TABLE = {{ vars.table }}
{% for key, value in vars.table.items() %}
{{ key | comment("#:") }}
KEY_{{ loop.index }} = {{ [key, value, [key]] | python }}
{% endfor %}


def function() -> None:
    {{ vars.text | comment }}
    names = [
        {{ vars.text | python }},  {{ vars.text | comment }}
        {{ vars.table | python }},
    ]
''',
    "{strategy}/run.py.jinja": """\
'''{{ strategy.title | docstring }}{{ strategy.doc | docstring }}

{{ sweep.marker }}'''
{% for section in base %}
{% for constant in section.constants %}
{{ constant.name }} = 0
{% endfor %}
{% endfor %}
TEXT = {{ vars.text | python }}  # {{ vars.table }}
{% if vars.text %}{{ vars.text | comment }}
{% endif %}
TABLE = {{ vars.table | python }}
run = [{{ treatment }}]
""",
    "notes.txt.jinja": "{{ sweep.marker }}\n{{ vars.text | python }}\n{{ vars.table }}\n",
}


def write_templates(folder: Path) -> None:
    """Write the templates into `folder`."""
    for name, text in TEMPLATES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
