"""A page is one file that loads nothing, and shows text as text."""

import re
from base64 import b64encode
from hashlib import sha256

from gdl_core.report.markdown import to_html
from gdl_core.report.page import Section, facts, page, picture, table

SVG = (
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><g/></svg>'
)


def test_a_page_names_no_address_and_runs_no_script():
    text = page("Run", "lead", [Section("Samples", picture(SVG, "a picture"))])
    assert not re.search(r"https?:|<script|<link|@import|url\(|src=", text)
    assert "default-src 'none'" in text


def test_a_section_may_bring_a_script_and_the_policy_lets_no_other_run():
    text = page("Run", "", [Section("One", "", "show()"), Section("Two", "", "show()")])
    assert text.count("<script>show()</script>") == 1
    digest = b64encode(sha256(b"show()").digest()).decode()
    assert f"img-src data:; media-src data:; script-src 'sha256-{digest}'\"" in text


def test_text_is_shown_as_text():
    nasty = "<script>alert(1)</script>"
    text = page(nasty, nasty, [Section(nasty, table([nasty], [[nasty]]) + facts({nasty: nasty}) + to_html(nasty))])
    assert "<script" not in text


def test_every_section_can_be_reached_from_the_top():
    text = page("Run", "", [Section("Model card", ""), Section("Samples", "")])
    for anchor in re.findall(r'href="#([^"]+)"', text):
        assert f'<section id="{anchor}">' in text
    assert text.count("<section") == 2


def test_numbers_stand_to_the_right_and_what_is_none_is_left_out():
    assert '<td class="number">1,234</td>' in table(["n"], [[1234]])
    assert (
        facts({"a": None, "b": 0.123456})
        == '<table><tbody><tr><th scope="row">b</th><td>0.1235</td></tr></tbody></table>'
    )


def test_a_card_keeps_its_headings_lists_tables_and_code():
    front = "---\nlicense: mit\n---\n# Title\n\n"
    card = "## Data\n\n| a | b |\n| - | - |\n| 1 | `x\\|y` |\n\n```\nrun <it>\n```\n1. one\n"
    assert to_html(front + card) == (
        "<h3>Data</h3><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td><code>x|y</code></td></tr></table>"
        "<pre>run &lt;it&gt;</pre><ul><li>one</li></ul>"
    )
