"""How a run of `gdl` ends: the lines on stderr and the exit code for everything that can be raised."""

import errno
import os
import sys
import traceback
from contextlib import suppress

import typer

from gdl_core.cli.output import print_json, tell
from gdl_core.errors import GdlError

DONE, OUR_FAULT, USAGE, SOME_SKIPPED, BAD_INPUT, BAD_CHECKPOINT, NO_RESOURCE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS, errno.EMFILE, errno.ENOMEM}


def end(error: BaseException, *, json: bool, debug: bool) -> int:
    """Say on stderr, in one to three lines, what happened, and return the exit code.

    With `json`, stdout receives the same as one document, since nothing else was written there.
    """
    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        return _leave_the_pipe()
    if debug:
        traceback.print_exception(error)
    code, message = ending(error)
    tell("error: " * (code != INTERRUPTED) + message)
    if json:
        print_json({"error": message, "exit_code": code})
    return code


def ending(error: BaseException) -> tuple[int, str]:
    """Return the exit code and the message for an error.

    Example:
        >>> from gdl_core.errors import InputError
        >>> ending(InputError("mine.smi holds no records"))
        (4, 'mine.smi holds no records')
        >>> ending(KeyboardInterrupt())
        (130, 'interrupted; nothing half-written was left behind')
    """
    if isinstance(error, GdlError):
        return error.exit_code, _short(str(error))
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, str(error) or "interrupted; nothing half-written was left behind"
    if hasattr(error, "format_message"):  # what typer says of arguments that do not fit
        return USAGE, _about_arguments(error)
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return NO_RESOURCE, "there is not enough memory; a smaller --batch-size needs less"
    if isinstance(error, UnicodeError):
        return BAD_INPUT, f"text that is not UTF-8: {error}"
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return NO_RESOURCE, f"cannot write {error.filename or 'the output'}: {error.strerror}; choose another place"
    if isinstance(error, OSError) and error.filename is not None:
        return BAD_INPUT, f"{error.filename}: {error.strerror}"
    return OUR_FAULT, f"{type(error).__name__}: {_short(str(error))}\nthis is a fault in gdl; --debug shows where"


def _about_arguments(error: BaseException) -> str:
    context = getattr(error, "ctx", None)
    command = f"`{context.command_path} --help`" if context else "`gdl --help`"
    option, close = getattr(error, "option_name", None), getattr(error, "possibilities", None)
    if option and close:
        return f"there is no option {option!r}; did you mean {close[0]!r}? {command} says what there is"
    message = " ".join(error.format_message().split()).rstrip(".")  # type: ignore[attr-defined]
    return f"{message[:1].lower()}{message[1:]}{'' if message.endswith('?') else ';'} {command} says what there is"


def _short(message: str) -> str:
    lines = message.strip().splitlines() or ["no message"]
    return "\n".join(lines[:3])


def _leave_the_pipe() -> int:
    """End quietly when the reader of stdout has gone, as after ``| head``."""
    silence = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError, ValueError):
        os.dup2(silence, sys.stdout.fileno())  # or the interpreter complains when it flushes at exit
    return DONE
