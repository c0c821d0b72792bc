"""Which instruments belong together."""

GROUPS = (
    "piano", "chromatic", "organ", "guitar", "bass", "strings", "ensemble", "brass",
    "reed", "pipe", "lead", "pad", "effects", "folk", "percussion", "sounds",
)  # fmt: skip
"""The groups of eight MIDI programs each."""

DRUMS = "drums"


def group_of(program: int, *, drums: bool = False) -> str:
    """Return the group of instruments to which a MIDI program belongs.

    Example:
        >>> group_of(0), group_of(40), group_of(0, drums=True)
        ('piano', 'strings', 'drums')
    """
    return DRUMS if drums else GROUPS[program // 8]
