"""The report, as text and as a browser shows it."""

from __future__ import annotations

import html
import json
import re
import subprocess
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from conftest import PROJECT, World, needed
from measured_runs import measured

from gen_sweeps.run import RunFolder

HOSTILE = "</td></table><script>document.title='owned'</script><img src=x onerror=alert(1)>"


class _Page(HTMLParser):
    """What a page says, what it loads, and its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._in_style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.texts))


def _report(sweep: World) -> str:
    ran = sweep.run("report", "spec.toml")
    assert (ran.exit_code, ran.err) == (0, "")
    return ran.out


def test_the_report_has_the_verdict_every_strategy_constant_and_checksum(sweep: World) -> None:
    said = _Page(_report(sweep)).text
    assert "4 strategies differ only in OptimizerConfig(momentum, nesterov, schedule)." in said
    for part in ("SGD with momentum", "along half a cosine", "standard deviation", "BATCH_SIZE"):
        assert part in said
    files = sweep.files("configs")
    del files["manifest.json"]
    for path, data in files.items():
        assert f"{path}{sha256(data).hexdigest()}" in said


def test_the_report_shows_the_control_in_full_with_its_treatment_marked(sweep: World) -> None:
    page = _report(sweep)
    source = sweep.read("configs/sgd.py")
    shown = re.search(r'<pre class="file">\n(.*?)</pre>', page, re.DOTALL)
    assert shown
    lines = re.findall(r'<span class="l( \w+)?">(.*?)</span>', shown[1])
    assert "".join(html.unescape(text) + "\n" for _, text in lines) == source
    marked = [html.unescape(text).strip() for kind, text in lines if kind == " treatment"]
    assert marked == [
        "optimizer=OptimizerConfig(",
        "learning_rate=LEARNING_RATE,",
        "),",
    ]


def test_the_report_has_what_any_two_strategies_differ_in(sweep: World) -> None:
    page = _report(sweep)
    summaries = re.findall(r"<summary>(.*?)</summary>", page, re.DOTALL)
    assert len(summaries) == 6
    (pair,) = (
        text
        for text in page.split("<details>")
        if "<code>momentum</code> and <code>nesterov</code>" in text
    )
    assert '<span class="added">+    nesterov=True,</span>' in pair


def test_a_report_of_many_strategies_lists_them_below_each_other(sweep: World) -> None:
    with sweep.path("spec.toml").open("a") as spec:
        for number in range(20):
            spec.write(f"\n[strategies.arm_{number}]\nargs = {{ momentum = 0.{number} }}\n")
    page = _report(sweep)
    assert len(re.findall(r"<summary>", page)) == 23, "each and the control"
    assert len(re.findall(r'<th scope="row"><code>arm_\d+</code>', page)) == 20


def test_the_report_of_a_single_strategy_claims_no_comparison(sweep: World) -> None:
    sweep.write("spec.toml", sweep.read("spec.toml").partition("[strategies.momentum]")[0])
    page = _Page(_report(sweep))
    assert "1 strategy (sgd): there is nothing to compare it with" in page.text
    assert "Differences" not in page.text


def test_axes_and_the_places_of_factors_are_in_the_report(sweep: World) -> None:
    spec = sweep.read("spec.toml")
    axes = (
        "[axes.seed]\nlevels = [7, 8]\n[axes.size.small]\nwidth = 1\n[axes.size.large]\nwidth = 2"
    )
    sweep.write("spec.toml", f"{spec}\n{axes}\n")
    template = sweep.read("templates/{strategy}.py.jinja")
    sweep.path("templates/{strategy}.py.jinja").unlink()
    printed = "SEED = {{ seed }}\nMODEL = {'width': {{ width }}}\n"
    sweep.write("templates/{strategy}_{seed}_{size}.py.jinja", template + printed)
    said = _Page(_report(sweep)).text
    assert "16 arms (strategy: 4, seed: 2, size: 2) differ only in OptimizerConfig(" in said
    assert "seed 2 levels 7 8" in said
    assert "level width small 1 large 2" in said
    assert "width variable size MODEL.width" in said
    assert "seed axis itself SEED" in said
    assert "sgd-7-small and sgd-8-small differ in seed" in said
    assert "sgd-7-small and sgd-7-large differ in width, size" in said
    assert "momentum-7-small and nesterov-7-small differ in nesterov" in said


GRID = """
[sweep]
name = "grid"
output = "out"
control = "adam"
[treatment]
vary = ["loss", "clip"]
[vars]
loss = "huber"
clip = 1
[axes.model.small]
[axes.model.large]
width = 512
[[overrides]]
when = { strategy = "sgd", model = "large" }
vars.clip = 9
[strategies.adam]
[strategies.sgd.vars]
loss = "mse"
clip = 2
"""


def test_a_variable_is_shown_as_the_files_have_it_by_default_or_by_an_override(
    empty: World,
) -> None:
    empty.write("spec.toml", GRID)
    name = "templates/{strategy}_{model}"
    empty.write(
        f"{name}.py.jinja", "x = {{ loss | python }}, {{ clip }}, {{ width | default(0) }}\n"
    )
    empty.write(f"{name}.sh.jinja", "run {{ clip }}\n")
    page = _report(empty)
    said = _Page(page).text
    assert 'loss "huber" by default "mse"' in said
    assert "clip 1 by default 2" in said
    assert "level width small not set large 512" in said
    assert (
        "clip for each combination of strategy, model "
        "adam, small 1 adam, large 1 sgd, small 2 sgd, large 9" in said
    )
    listed = re.findall(r'<div class="caption"><code>(.*?)</code>', page)
    assert listed == ["adam_small.py", "adam_small.sh"], "what people look for stands first"
    places = re.findall(r'<span class="where">(.*?)</span>', page)
    assert places[:2] == ["adam_small.py, line 1", "adam_small.sh, line 1"]


def test_without_strategies_levels_are_compared_with_their_control(empty: World) -> None:
    axes = "[axes.model.small]\nwidth = 1\n[axes.model.large]\nwidth = 2\n"
    empty.write(
        "spec.toml", f'[sweep]\nname = "x"\noutput = "out"\ncontrol.model = "small"\n{axes}'
    )
    empty.write("templates/{model}.py.jinja", "x = {{ width }}\n")
    page = _report(empty)
    said = _Page(page).text
    assert "model 2 levels; highlighted: what differs from small" in said
    assert "small control 1 large 2" in said
    assert "s, in full. What is marked is printed of factors" in said
    assert "The first arm" not in said
    assert page.count('class="differs"') == 1


def test_of_very_many_combinations_the_first_are_listed(empty: World) -> None:
    levels = ", ".join(map(str, range(70)))
    spec = GRID.replace("[[overrides]]", f"[axes.seed]\nlevels = [{levels}]\n[[overrides]]")
    empty.write("spec.toml", spec.replace('model = "large" }', 'model = "large", seed = 3 }'))
    empty.write("templates/{strategy}_{model}_{seed}.py.jinja", "x = {{ clip }}\n")
    table = _report(empty).partition("for each combination of strategy, model, seed")[2]
    assert table.partition("</table>")[0].count("<th") == 64
    assert "and more" in table


def test_strategies_that_set_nothing_fold_where_there_are_many(sweep: World) -> None:
    more = "".join(f"\n[strategies.arm_{number}]\n" for number in range(9))
    sweep.write("spec.toml", sweep.read("spec.toml") + more)
    page = _report(sweep)
    assert "<summary>9 more that set nothing</summary>" in page
    assert not re.search(r'<th scope="row"><code>arm_\d</code>', page)


def test_hostile_values_stay_text(sweep: World) -> None:
    text = sweep.read("spec.toml")
    text = text.replace('title = "SGD with momentum"', f'title = "{HOSTILE}"')
    text = text.replace('name = "optimizers"', f'name = "{HOSTILE}"')
    text = text.replace('project = "which-optimizer"', f'project = "{HOSTILE}"')
    text = text.replace('[base."Data"]', f'[base."{HOSTILE}"]')
    text = text.replace("standard deviation", f"{HOSTILE} \\u202e standard deviation")
    text = text.replace('kind = "cosine"', f'kind = "{HOSTILE}"')
    sweep.write("spec.toml", text)
    page = _report(sweep)
    parsed = _Page(page)
    assert parsed.text.count(HOSTILE) >= 6
    assert not {tag for tag, _ in parsed.tags} & {"script", "img", "link", "iframe", "object"}
    assert "\u202e" not in page
    assert "\\u202e standard deviation" in parsed.text


def test_the_page_loads_nothing_and_links_only_into_itself(sweep: World) -> None:
    page = _Page(_report(sweep))
    ids = {attributes.get("id") for _, attributes in page.tags}
    targets = [attributes["href"] for _, attributes in page.tags if "href" in attributes]
    assert len(targets) > 5
    for target in targets:
        assert target is not None
        assert target.startswith("#")
        assert target[1:] in ids
    assert not [tag for tag, attributes in page.tags if "src" in attributes]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert any(attributes.get("content") == policy for _, attributes in page.tags)


def test_the_same_spec_gives_the_same_bytes_wherever_it_is(empty: World) -> None:
    pages = []
    for folder in ("one", "another"):
        empty.run("init", folder)
        pages.append(empty.run("report", f"{folder}/spec.toml").out)
    assert pages[0] == pages[1]
    assert str(empty.folder) not in pages[0]


def test_a_report_is_written_to_a_file_and_replaces_a_former_one(sweep: World) -> None:
    printed = sweep.run("report", "spec.toml", "-o", "-")
    assert printed.out.startswith("<!doctype html>")
    assert not sweep.path("-").exists()
    first = sweep.run("report", "spec.toml", "-o", "report.html")
    assert (first.exit_code, first.out, first.err) == (0, "", "")
    assert sweep.read("report.html") == _report(sweep)
    before = set(sweep.files())
    assert sweep.run("report", "spec.toml", "-o", "report.html").exit_code == 0
    assert set(sweep.files()) == before


def test_a_file_that_is_no_report_is_left_alone(sweep: World) -> None:
    sweep.write("train.py", "print('mine')\n")
    before = sweep.files()
    refused = sweep.run("report", "spec.toml", "-o", "train.py")
    assert refused.exit_code == 1
    assert refused.err == (
        "error: train.py: is not a gen-sweeps report; it was left alone\n"
        "hint: name another file with `-o`, or move this one away\n"
    )
    assert sweep.files() == before


def test_a_report_into_a_folder_that_is_not_there_says_so(sweep: World) -> None:
    failed = sweep.run("report", "spec.toml", "-o", "no/report.html")
    assert failed.exit_code == 2
    assert failed.err.startswith("error: no/report.html: can't be written: No such file")


def test_files_that_differ_outside_of_the_treatment_get_no_report(sweep: World) -> None:
    template = "templates/{strategy}.py.jinja"
    sweep.write(template, sweep.read(template) + "NAME = {{ strategy.name | python }}\n")
    failed = sweep.run("report", "spec.toml", "-o", "report.html")
    assert failed.exit_code == 1
    assert "depends on which arm it is for" in failed.err
    assert not sweep.path("report.html").exists()


# -- what the arms measured -----------------------------------------------------------------------

MEASURED = {
    "difference_rewards": [0.0389, 0.0412, 0.0441, 0.0405, 0.0463, 0.0388],
    "potential": [0.0172, 0.0181, 0.0189, 0.0169, 0.0192, 0.0175],
    "potential_based": [0.0171, 0.0183, 0.0187, 0.0170, 0.0190, 0.0176],
}


def _measured(world: World) -> dict[str, RunFolder]:
    """Make an experiment that has run, with curves that fall; two of them lie on each other."""
    runs = measured(world, MEASURED)
    for folder in runs.values():
        metrics = folder.attempts()[0].metrics
        last = json.loads(metrics.read_text().splitlines()[-1])["loss"]
        rows = [{"step": step, "loss": last * (1 + 99 / step)} for step in range(1, 200)]
        metrics.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return runs


def test_the_report_has_what_the_arms_measured_first(empty: World) -> None:
    runs = _measured(empty)
    page = _report(empty)
    said = _Page(page).text
    assert said.index("Results loss at the last step (less is better)") < said.index(
        "Strategies What"
    )
    assert "difference_rewards control 60.06235 [0.05764, 0.06705]" in said
    assert "6 of 6 0.031 0.062" in said
    assert "p: exact sign-flip test; with 6 pairs it can't go below 0.031" in said
    assert "commitc0ffeec0ffee" in said
    assert "Python3.11.9 machinenode1, Linux x86_64, 2 cores" in said
    folder = runs["potential-3"].path
    assert f"runs/measured/potential-3/{folder.name}/attempts/1/stderr" in said
    assert folder.name in said
    assert len(re.findall(r'<svg class="curves', page)) == 2, "for wide and for narrow screens"


def test_a_report_before_anything_has_run_is_that_of_the_files_alone(empty: World) -> None:
    measured(empty, {name: [None] for name in MEASURED})
    page = _report(empty)
    assert 'id="results"' not in page
    assert "<svg" not in page


def test_runs_that_measured_nothing_are_told_in_the_report(empty: World) -> None:
    runs = measured(empty, MEASURED)
    for folder in runs.values():
        folder.attempts()[0].metrics.unlink()
    said = _Page(_report(empty)).text
    assert "18 of 18 arms are done, and none has measured anything" in said


def test_each_metric_with_a_goal_is_in_the_report(empty: World) -> None:
    goals = 'metrics.goal = { accuracy = "max", loss = "min" }'
    runs = measured(empty, MEASURED, settings=goals)
    for folder in runs.values():
        metrics = folder.attempts()[0].metrics
        metrics.write_text(metrics.read_text() + '{"step": 3, "accuracy": 0.5}\n')
    said = _Page(_report(empty)).text
    assert "accuracy at the last step (more is better)" in said
    assert "loss at the last step (less is better)" in said


def test_what_measurements_are_called_stays_text_in_the_report(empty: World) -> None:
    runs = measured(empty, MEASURED, settings="")
    for folder in runs.values():
        rows = [json.dumps({HOSTILE + "\u202e": float(step)}) for step in range(3)]
        folder.attempts()[0].metrics.write_text("\n".join(rows))
    page = _report(empty)
    assert not {tag for tag, _ in _Page(page).tags} & {"script", "img"}
    assert HOSTILE in _Page(page).text
    assert "\u202e" not in page


def test_the_same_runs_give_the_same_report_wherever_they_are(empty: World) -> None:
    pages = []
    for folder in ("one", "another"):
        world = World(empty.path(folder))
        _measured(world)
        pages.append(empty.run("report", f"{folder}/spec.toml").out)
    assert pages[0] == pages[1]
    assert "attempts/1/stderr" in pages[0]
    assert str(empty.folder) not in pages[0]


# -- in a browser ---------------------------------------------------------------------------------

PROBE = """
const said = {};
addEventListener("load", () => {
  const page = document.querySelector("iframe").contentDocument;
  const root = page.documentElement;
  said.width = root.scrollWidth;
  said.title = page.title;
  said.scripts = page.scripts.length;
  said.hidden = [...page.querySelectorAll("svg")].map((e) => !e.getBoundingClientRect().width);
  said.outside = [...page.querySelectorAll("svg text")].filter((e) => {
    const [text, image] = [e, e.closest("svg")].map((it) => it.getBoundingClientRect());
    return text.left < image.left - 1 || text.right > image.right + 1;
  }).map((e) => e.textContent);
  said.overlaps = [...page.querySelectorAll("svg")].flatMap((image) => {
    const boxes = [...image.querySelectorAll(".name")].map((e) => e.getBoundingClientRect());
    boxes.sort((a, b) => a.top - b.top);
    return boxes.slice(1).filter((box, index) => box.top < boxes[index].bottom - 4).length;
  });
  said.pairs = [];
  const seen = (element) => {
    let light = [0, 0, 0], clear = 1;
    for (let e = element; e && clear > 0; e = e.parentElement) {
      const [r, g, b, a = 1] = getComputedStyle(e).backgroundColor.match(/[\\d.]+/g).map(Number);
      light = light.map((sum, channel) => sum + clear * a * [r, g, b][channel]);
      clear *= 1 - a;
    }
    return `rgb(${light.map(Math.round).join(", ")})`;
  };
  for (const details of page.querySelectorAll("details")) {
    const content = details.querySelector("div");
    const height = () => details.getBoundingClientRect().height;
    const closed = height();
    details.querySelector("summary").click();
    const open = height();
    said.pairs.push([closed < 80, open > 3 * closed]);
  }
  said.colours = [...page.querySelectorAll("p, a, th, td, code, span, h1, h2, footer, strong")].map(
    (e) => [getComputedStyle(e).color, seen(e), e.tagName + "." + e.className]
  );
  said.colours.push(...[...page.querySelectorAll("svg text")].map(
    (e) => [getComputedStyle(e).fill, seen(e.closest("figure")), "text." + e.className.baseVal]
  ));
  document.body.textContent = "SAID" + JSON.stringify(said) + "END";
});
"""


def _chromium(folder: Path, page: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "shown.html").write_text(page, encoding="utf-8")
    return subprocess.run(
        [
            needed("chromium"),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--user-data-dir={folder / 'profile'}",
            "--enable-logging=stderr",
            *options,
            (folder / "shown.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )


def _probed(folder: Path, page: str, *options: str, width: int = 1280) -> dict[str, Any]:
    """Return what a page in a frame of some width is found to be, by a script around it."""
    frame = f'<iframe srcdoc="{html.escape(page)}" style="width: {width}px; height: 900px">'
    around = f"<!doctype html><body>{frame}</iframe><script>{PROBE}</script>"
    shown = _chromium(folder, around, "--dump-dom", *options)
    said = re.search("SAID(.*)END", html.unescape(shown.stdout))
    assert said, shown.stderr
    found: dict[str, Any] = json.loads(said[1])
    return found


def _console(ran: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in ran.stderr.splitlines() if "CONSOLE" in line]


def _contrast(colours: tuple[str, str]) -> float:
    """Return the contrast of two colours, `rgb(…)`, as WCAG 2.2 defines it."""
    lights = []
    for colour in colours:
        channels = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
        )
        lights.append(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    return (max(lights) + 0.05) / (min(lights) + 0.05)


@pytest.mark.slow
def test_a_browser_has_nothing_to_complain_about(tmp_path: Path) -> None:
    page = _report(World(PROJECT))
    assert _console(_chromium(tmp_path, page, "--dump-dom")) == []
    (tmp_path / "measured").mkdir()
    _measured(World(tmp_path / "measured"))
    shown = _report(World(tmp_path / "measured"))
    assert _console(_chromium(tmp_path, shown, "--dump-dom")) == []
    broken = page.replace("<main>", '<main><img src="https://example.org/x.png">')
    assert _console(_chromium(tmp_path, broken, "--dump-dom")), "it would say so here"


@pytest.mark.slow
def test_a_browser_runs_nothing_of_what_a_spec_says(sweep: World) -> None:
    text = sweep.read("spec.toml").replace("SGD with momentum", HOSTILE)
    sweep.write("spec.toml", text.replace('name = "optimizers"', f'name = "{HOSTILE}"'))
    found = _probed(sweep.folder, _report(sweep))
    assert found["scripts"] == 0
    assert found["title"].startswith(f"{HOSTILE}: 4 strategies differ only in OptimizerConfig(")


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_page_is_never_wider_than_the_screen(tmp_path: Path, width: int) -> None:
    assert _probed(tmp_path, _report(World(PROJECT)), width=width)["width"] <= width


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_curves_fit_the_screen_and_their_names_can_be_read(empty: World, width: int) -> None:
    _measured(empty)
    found = _probed(empty.folder, _report(empty), width=width)
    assert found["width"] <= width
    assert found["hidden"] == ([True, False] if width < 640 else [False, True])
    assert found["outside"] == []
    assert found["overlaps"] == [0, 0]


@pytest.mark.slow
def test_differences_are_closed_until_a_reader_opens_them(tmp_path: Path) -> None:
    assert _probed(tmp_path, _report(World(PROJECT)))["pairs"] == [[True, True]] * 10


@pytest.mark.slow
def test_every_text_can_be_read_in_light_and_in_dark(empty: World) -> None:
    _measured(empty)
    pages = []
    for scheme in ("0", "1"):  # dark, light
        found = _probed(
            empty.folder, _report(empty), f"--blink-settings=preferredColorScheme={scheme}"
        )
        colours = {tuple(entry) for entry in found["colours"]}
        assert len(colours) > 10
        for text, behind, where in colours:
            assert _contrast((text, behind)) >= 4.5, (scheme, where, text, behind)
        pages.append({behind for _, behind, _ in colours})
    assert not pages[0] & pages[1], "the two schemes have no background in common"


@pytest.mark.slow
def test_the_page_can_be_printed_and_what_is_closed_is_left_out(tmp_path: Path) -> None:
    pages = []
    for page in (
        _report(World(PROJECT)),
        _report(World(PROJECT)).replace("<details>", "<details open>"),
    ):
        _chromium(tmp_path, page, f"--print-to-pdf={tmp_path / 'page.pdf'}")
        pages.append((tmp_path / "page.pdf").read_bytes().count(b"/Type /Page\n"))
    closed, opened = pages
    assert 0 < closed < opened
