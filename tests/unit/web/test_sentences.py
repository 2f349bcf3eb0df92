"""Sentences of the domain, English where they are made and German where they are read."""

import pickle

from django.utils import translation

from rightaway.domain.sentences import Sentence, Title, Word, said, wordlist
from rightaway.web.sentences import translated


def test_sentence__in_german__says_words_titles_and_sentences_within_it() -> None:
    what = said("{number} is {state}.", number="CHG-000001", state=Word("pending_vote"))
    whole = said("Not so yet: {text}", text=what)
    assert whole == "Not so yet: CHG-000001 is pending_vote."
    with translation.override("de"):
        assert translated(whole) == "Noch nicht erfüllt: CHG-000001 steht auf „Stimme ausstehend“."
        assert translated(said("{title} needs a reason.", title=Title("Abandon"))).startswith("„Aufgeben“")
        assert (
            translated(said("Roles: {roles}.", roles=wordlist(["cab", "auditor"]))) == "Rollen: CAB, Audit."
        )


def test_sentence__nobody_translated__stays_english() -> None:
    with translation.override("de"):
        assert translated(Sentence("No such {noun}.", {"noun": "text"})) == "No such text."


def test_sentence__stored_and_read_again__knows_how_it_was_made() -> None:
    kept = pickle.loads(pickle.dumps(said("Say why.")))  # the engine keeps the errors of its steps
    assert (kept, kept.template) == ("Say why.", "Say why.")
