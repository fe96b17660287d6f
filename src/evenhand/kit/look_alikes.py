"""Which characters a reader may take for which Latin letter, in a compact map of our own.

It is used only while matching, never to rewrite what a person wrote. A character keeps its own
reading and gains others, so Cyrillic text still matches a Cyrillic phrase exactly.
"""

import functools
import importlib

_SHAPES = {
    "a": "аαɑᴀ",
    "b": "вьβʙ",
    "c": "сϲᴄ",
    "d": "ԁɗᴅ",
    "e": "еεҽᴇ",
    "f": "ғϝꜰ",
    "g": "ɡցɢ",
    "h": "нһηհʜ",
    "i": "іιıɪ",
    "j": "јϳᴊ",
    "k": "кκᴋ",
    "l": "ӏⅼǀʟ",
    "m": "мμᴍ",
    "n": "пηνոɴ",
    "o": "оοσօᴏ",
    "p": "рρᴘ",
    "q": "ԛգ",
    "r": "гяʀ",
    "s": "ѕꜱ",
    "t": "тτᴛ",
    "u": "υսцᴜ",
    "v": "νѵᴠ",
    "w": "ԝωшᴡ",
    "x": "хχ",
    "y": "уγυʏү",
    "z": "ζᴢ",
}
"""Cyrillic, Greek, Armenian, IPA and small-capital letters (case-folded) a Latin one is seen in."""

_LEET = {
    "0": "o",
    "1": "il",
    "2": "z",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "gb",
    "7": "t",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "!": "il",
    "|": "il",
    "+": "t",
    "€": "e",
    "£": "l",
    "¢": "c",
}

_ENCLOSED = (0x1F150, 0x1F170, 0x1F1E6)  # circled, squared and flag letters, which NFKC leaves


def _readings() -> dict[str, frozenset[str]]:
    seen: dict[str, set[str]] = {}
    for latin, shapes in _SHAPES.items():
        for shape in shapes:
            seen.setdefault(shape, {shape}).add(latin)
    for start in _ENCLOSED:
        for place in range(26):
            seen[chr(start + place)] = {chr(start + place), chr(ord("a") + place)}
    return {character: frozenset(letters) for character, letters in seen.items()}


_READINGS = _readings()


@functools.lru_cache(maxsize=65_536)
def shapes_of(character: str) -> frozenset[str]:
    """Give a case-folded character and the Latin letters it is drawn like."""
    return _READINGS.get(character) or frozenset((character,))


@functools.lru_cache(maxsize=65_536)
def letters_meant(character: str) -> frozenset[str]:
    """Give shapes_of, and the letters a digit or sign stands for in leet writing."""
    return shapes_of(character) | frozenset(_LEET.get(character, ""))


def _classes() -> dict[str, str]:
    """Join what may be read alike into classes, each named by the least of its characters."""
    members: dict[str, set[str]] = {}
    alike = [*_READINGS.items(), *((sign, {sign, *letters}) for sign, letters in _LEET.items())]
    for character, letters in alike:
        joined = {character}.union(*(members.get(each, {each}) for each in {character, *letters}))
        members |= dict.fromkeys(joined, joined)
    return {character: min(joined) for character, joined in members.items()}


_CLASSES = _classes()


def read_alike(character: str) -> str:
    """Name the class of characters that may be read as one another, in one step or in several.

    Where `shapes_of` one and `letters_meant` by another have a letter in common, their classes
    are the same; the reverse does not hold.
    """
    return _CLASSES.get(character, character)


_CLOSEST = {"ν": "v", "υ": "u", "ц": "u"}
"""Where a shape is seen for two letters, the one it looks more like."""


def drawn_as(character: str) -> str:
    """Give the one Latin letter or digit a case-folded character is drawn like, or itself.

    Our own map first, then the prototypes of UTS 39.
    """
    if character.isascii():
        return character
    latin = sorted(_READINGS.get(character, frozenset()) - {character})
    if latin:
        return _CLOSEST.get(character, latin[0])
    prototypes = importlib.import_module("impersonation_detector")  # takes a tenth of a second
    prototype = str(prototypes.skeleton(character)).casefold()
    if prototype.isascii() and prototype.isalnum():
        return "m" if prototype == "rn" else prototype
    return character
