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
    evaluate="gdl_music.metrics:evaluate",
    histograms="gdl_music.measures:histograms",
    commands="gdl_music.commands:register",
    properties=(
        "tempo",
        "bars",
        "density",
        "note_length",
        "pitch",
        "pitch_range",
        "pitches_used",
        "pitch_classes_used",
        "pitch_entropy",
        "pitch_class_entropy",
        "scale_consistency",
        "polyphony",
        "polyphony_rate",
        "groove_consistency",
        "empty_beat_rate",
    ),
    measure="gdl_music.measures:numbers",
    textual=False,
    labels=("class", "label", "key", "metre", "instruments"),
)
