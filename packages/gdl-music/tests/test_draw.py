"""Piano rolls show each note once, as text and as a picture, and are small whatever they show."""

import io

import pytest
from PIL import Image

from gdl_core.errors import UsageError
from gdl_music import Note, Piece, Pieces, Track
from gdl_music.draw import COLOURS, MOST_NOTES, grid
from gdl_music.view import view


def test_every_note_is_a_box_in_the_colour_of_its_track(chorale):
    piece = chorale(0)
    picture = grid([piece], legends=["a <b>"])
    for track, colour in zip(piece.tracks, COLOURS, strict=False):
        assert picture.count(colour) == len(track.notes)
    assert "a &lt;b&gt;" in picture


def test_svg_and_png_have_the_same_size(chorale):
    pieces = [chorale(seed) for seed in range(3)]
    svg, png = grid(pieces), grid(pieces, format="png")
    image = Image.open(io.BytesIO(png))
    assert f'width="{image.width}" height="{image.height}"' in svg


def test_a_piece_of_a_million_notes_stays_a_small_picture():
    notes = tuple(Note(place, 1, 60 + place % 12) for place in range(3 * MOST_NOTES))
    assert grid([Piece([Track(notes)])]).count("<rect") < MOST_NOTES + 100


@pytest.mark.parametrize("options", [{"format": "gif"}, {"columns": 0}, {"legends": ["one", "two"]}])
def test_what_cannot_be_drawn_is_refused(chorale, options):
    with pytest.raises(UsageError):
        grid([chorale(0)], **options)


def test_players_hold_their_sound_and_the_beginning_of_long_pieces(chorale):
    long = Piece([Track((Note(0, 480 * 100, 60),))])
    html, script = view([chorale(0), long])
    assert html.count('src="data:audio/wav;base64,') == 2 and not script
    assert "the first 20 s are heard" in html and len(html) < 2_000_000


def test_a_collection_shows_and_plays_itself(chorale, tmp_path):
    pieces = Pieces([chorale(0), None, chorale(1)], log_prob=[-1, -2, -3])
    assert pieces[1:].log_prob == (-2.0, -3.0) and len(pieces[:2]) == 2 and pieces[1] is None
    assert "no piece" in pieces.draw() and pieces._repr_html_().count("<audio") == 2
    assert pieces.draw(tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    assert repr(pieces) == "Pieces(3 of 2 bars)" and len(pieces.properties()["density"]) == 2
    with pytest.raises(UsageError, match="2 log-probabilities for 1 pieces"):
        Pieces([None], log_prob=[1, 2])
