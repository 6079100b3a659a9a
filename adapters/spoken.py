"""What a briefing may show and say.

The words come from callers and from models that read callers' words, so they are cleaned whoever
wrote them: an order that somebody smuggled in is neither shown nor spoken.
"""

import html
import re
import unicodedata
from collections.abc import Iterable

from domain.briefing import MOST_TEXT

MOST_WORDS = 45
"""About fifteen seconds of speech."""
MOST_CHARACTERS = 360
"""The same for languages that are written without spaces."""
LONGEST_NAME = 40
LONGEST_LINE = 200

TAG = re.compile(r"<[^<>]*>?")
LINK = re.compile(
    r"\S+@\S+|\b\w+://\S*|\bwww\.\S+|\b(?:[\w-]+\.)+[a-z]{2,}\b(?:[/:?]\S*)?"
    r"|\b[\w-]+ dot (?:com|net|org|io)\b",
    re.IGNORECASE,
)
MARKUP = re.compile(r"[*_#`{}\[\]|\\~<>^]")
END = re.compile(r"(?<=[.!?])\s+|(?<=[!?。؟।])\s*|[\n;]+")
DIGIT_WORDS = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
LONG_NUMBER = re.compile(
    rf"\+?\d(?:[ ().,/\-]{{0,3}}\d){{6,}}|\b(?:{DIGIT_WORDS}[\s,-]+){{6,}}{DIGIT_WORDS}\b",
    re.IGNORECASE,
)
ORDER = re.compile(
    # English verbs are nouns too ("the call"), so they count where an order begins.
    r"(?:^|[,:\u2013\u2014\-\"'(]\s*|\b(?:please|kindly|now|then|and|must|should|immediately|just|you)\s+)"
    r"(?:press|dial|call|transfer|forward|redirect|hang up)\b"
    r"|\b(?:press|dial|hit|push|type|key in)\s+(?:\S+\s+)?(?:\d|star\b|hash\b|pound\b|one\b|zero\b)"
    r"|\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}"
    r"\b(?:instructions?|previous|prior|prompts?|rules?|above|earlier|everything|said)\b"
    r"|\bsystem prompt\b|\bdeveloper mode\b|\bjailbreak|\bas an ai\b"
    r"|\b(?:drück|wähl(?:en sie|e)\b|rufen sie|leiten sie|verbinden sie|ignorier"
    r"|appuyez|composez|appelez|transférez|ignorez|pulse\b|presion[ea]|marque\b|llam[ea]d?\s+al?\b"
    r"|transfier|ignor[ae]\b|premi\b|premere|digit[ai]\b|chiam[ai]\b|trasferi|pression[ea]|aperte\b"
    r"|ligue\b|disque\b|transfira|druk\b|toets\b|naciśnij|zadzwoń|przełącz"
    r"|нажмите|позвоните|наберите|переведите|игнорируй)"
    r"|按|拨打|撥打|转接|轉接|忽略|押して|電話して|転送|無視|눌러|전화하|무시"
    r"|اضغط|اتصل|تجاهل|दबाएं|दबाइए|कॉल करें|डायल",
    re.IGNORECASE,
)


def plain(text: str, longest: int = LONGEST_LINE) -> str:
    """Clean a text for the screen: no control characters, markup, addresses or links."""
    text = unicodedata.normalize("NFKC", html.unescape(text))
    text = "".join(_kept(character) for character in text)
    for unwanted in (TAG, LINK, MARKUP):
        text = unwanted.sub(" ", text)
    return _shortened(re.sub(r"[^\S\n]+", " ", text).strip(), longest)


def harmless(text: str, longest: int = LONGEST_LINE) -> str:
    """Clean a text, and leave out the sentences that give orders."""
    sentences = END.split(plain(text, 10 * longest))
    kept = (s.strip() for s in sentences if s.strip() and not ORDER.search(s.strip()))
    return _shortened(" ".join(kept), longest)


def speech(caller_name: str, lines: Iterable[tuple[str, str]]) -> str:
    """Say who is there and as many lines, each with its label, as fit into fifteen seconds."""
    name = _sayable(caller_name, LONGEST_NAME) or "The caller"
    text = f"Automatic summary. {name} is on the line."
    for label, line in lines:
        said = _sayable(line, LONGEST_LINE).rstrip(".!? ,:")
        longer = f"{text} {label}: {said}."
        is_short = len(longer.split()) <= MOST_WORDS and len(longer) <= MOST_CHARACTERS
        if said and is_short:
            text = longer
    return text[:MOST_TEXT]


def _sayable(text: str, longest: int) -> str:
    # Cut last: a number that lost its end would slip through.
    said = LONG_NUMBER.sub(" ", harmless(text, 10 * longest))
    return _shortened(re.sub(r"\s+", " ", said).strip(), longest)


def _kept(character: str) -> str:
    if character == "\n" or character.isspace():
        return "\n" if character == "\n" else " "
    # Format characters (zero width, bidirectional overrides) hide words from the filters above.
    return "" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} else character


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    cut = text[:longest]
    return cut.rsplit(None, 1)[0] if re.search(r"\s", cut) else cut
