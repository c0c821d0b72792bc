"""What the entry point `music` names: a domain that has a name and nothing else yet."""

from gdl_core.domains import Domain

DOMAIN = Domain(name="music", summary="new pieces, as MIDI files", object_name="piece")
