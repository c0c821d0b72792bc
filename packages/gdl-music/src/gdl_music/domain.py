"""What the entry point `music` names. Light: whatever needs torch or a library of music is imported on use."""

from gdl_core.domains import Domain

DOMAIN = Domain(
    name="music",
    summary="new pieces, as MIDI files, scores or sound",
    object_name="piece",
    representations={
        "remi": "gdl_music.representations.remi:Remi",
        "voices": "gdl_music.representations.voices:Voices",
        "piano-roll": "gdl_music.representations.roll:PianoRoll",
    },
    recipes="gdl_music.recipes:RECIPES",
    read="gdl_music.files:read",
    standard_input="stdin.mid",
    identity="gdl_music.measures:identity",
    collection="gdl_music.pieces:Pieces",
    draw="gdl_music.draw:grid",
    view="gdl_music.view:view",
    histograms="gdl_music.measures:histograms",
    properties=("tempo", "density", "polyphony", "pitch", "pitch_class_entropy", "bars"),
    measure="gdl_music.measures:numbers",
    textual=False,
    labels=("class", "label", "key", "metre", "instruments"),
)
