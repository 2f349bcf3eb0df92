"""Sentences of the domain, English where they are made and German where they are read."""

import pickle
from datetime import UTC, datetime, timedelta

from django.utils import timezone, translation

from rightaway.domain.sentences import Sentence, Title, Word, said, wordlist
from rightaway.web.sentences import translated


def test_sentence__in_german__says_words_titles_and_sentences_within_it() -> None:
    what = said("{number} is {state}.", number="CHG-000001", state=Word("pending_vote"))
    whole = said("Not so yet: {text}", text=what)
    assert whole == "Not so yet: CHG-000001 is pending_vote."
    lasts = said(
        "The window lasts {window}; deploying and going back need {needed} with the margin.",
        window=timedelta(days=2),
        needed=timedelta(minutes=5),
    )
    with translation.override("de"):
        assert "dauert 48 h 0 min; " in translated(lasts)
        assert translated(whole) == "Noch nicht erfüllt: CHG-000001 steht auf „Stimme ausstehend“."
        assert translated(said("{title} needs a reason.", title=Title("Abandon"))).startswith("„Aufgeben“")
        assert (
            translated(said("Roles: {roles}.", roles=wordlist(["cab", "auditor"]))) == "Rollen: CAB, Audit."
        )


def test_sentence__with_a_moment__says_it_in_the_zone_of_who_reads() -> None:
    text = said("Wait until {start}.", start=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))

    assert text == "Wait until 2026-03-02 23:30 UTC."
    with timezone.override("Europe/Berlin"):
        assert translated(text) == "Wait until 3 Mar 2026, 00:30 CET."
        with translation.override("de"):
            assert translated(text) == "Warten Sie bis 3. Mär 2026, 00:30 CET."


def test_sentence__nobody_translated__stays_english() -> None:
    with translation.override("de"):
        assert translated(Sentence("No such {noun}.", {"noun": "text"})) == "No such text."


def test_sentence__stored_and_read_again__knows_how_it_was_made() -> None:
    kept = pickle.loads(pickle.dumps(said("Say why.")))  # the engine keeps the errors of its steps
    assert (kept, kept.template) == ("Say why.", "Say why.")
