"""A conversation's door to the learner's file: what is known goes in, what is new is kept.

What a reply asks to be kept is on the disk before the reply is given back to be shown. Where the
file cannot be used the learner is told, and everything goes on in memory.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from assistant.errors import StoreError
from assistant.learner import access, profile, progress
from assistant.learner.keeping import Answered, Happened, Ids, Keep, Learner, Planned, Settings
from assistant.learner.records import Event, Message, Records
from assistant.learner.review import kept
from assistant.learner.runs import Curves, as_run, solution
from assistant.learner.store import Store
from assistant.places import is_private
from assistant.render.plain import clean, text_of
from assistant.reply import Reply
from skills.exercise import Exercise
from skills.play import Result

T = TypeVar("T")
LONGEST = 4000  # characters of a message that are kept


class Talk(Protocol):
    """What a session needs of a conversation."""

    def know(self, somebody: Learner) -> None: ...
    def respond(self, text: str) -> Reply: ...


class Session:
    """Keeps what a conversation brings; in private mode in memory only.

    `tell` gets lines for the learner: a file that was mended, or that cannot be used.
    """

    def __init__(
        self, tell: Callable[[str], None] = access.tell, now: Callable[[], datetime] = access.now
    ) -> None:
        self._tell, self._now = tell, now
        self._keeps = not is_private()
        self._records: Records | None = None
        self._seen: object = None
        try:
            self._store = access.open_store()
            self._records = self._store.load()
        except StoreError as error:
            self._store = Store(None, tell)
            self._lose(error)
        self._name = self._now().isoformat(timespec="seconds")

    def close(self) -> None:
        """Close the learner's file."""
        self._store.close()

    def learner(self) -> Learner:
        """Return what is kept of the learner now, by this and by other processes."""
        return Learner(self._do(self._load), self._now(), self._keeps)

    def respond(self, talk: Talk, text: str) -> Reply:
        """Return the reply to a message when everything in it that is to be kept is kept."""
        talk.know(self.learner())
        reply = talk.respond(text)
        done = [self._keep(keep) for keep in reply.keeps]
        self._turn()
        if all(done):
            reply = dataclasses.replace(reply, blocks=(*reply.kept, *reply.blocks))
        self._note(text, reply)
        return reply

    def keep_run(self, result: Result, curves: Curves) -> None:
        """Keep a run of an exercise."""
        code = solution(result.id)
        run = as_run(result, curves, code, self._now(), own=False)
        self._do(lambda store: store.add_run(run))
        self._seen = None

    def stop_keeping(self) -> Records:
        """Keep nothing from here on; return what is kept until now, which stays usable."""
        records = self._do(self._load)
        if self._keeps:
            self._keeps = False
            private = Store(None, self._tell)
            private.copy(self._store)
            self._store.close()
            self._store, self._seen = private, None
        return records

    def greeting(self, exercises: Mapping[str, Exercise]) -> tuple[str, Sequence[str]]:
        """Return what somebody who comes back is greeted with, and what they may want to do.

        Empty for somebody of whom nothing is known.
        """
        learner = self.learner()
        records = learner.records
        fields = profile.from_dict(records.profile)
        at = progress.progress(records, exercises, learner.now)
        headline = progress.headline(at)
        if not (headline or records.profile or records.plan):
            return "", ()
        name = f", {clean(fields.name)}" if fields.name else ""
        asks = ["Review"] if at.due else []
        asks += ["What's next?", "Show my progress"]
        return f"Welcome back{name}. {headline}".strip(), asks

    def _keep(self, keep: Keep) -> bool:
        """Keep something; return whether it is where it will be found again."""
        before = self._store
        self._do(lambda store: self._put(store, keep))
        self._seen = None
        return self._store is before

    def _put(self, store: Store, keep: Keep) -> None:
        now = self._now()
        match keep:
            case Answered():
                cards = {card.item: card for card in store.load().cards}
                card = cards.get(keep.feedback.item.key)
                store.add_answer(*kept(keep.feedback, card, now, review=keep.review))
            case Settings():
                mine = profile.from_dict(store.profile())
                after = profile.assign(mine, keep.settings, Ids(), now.date())
                store.set_profile(profile.as_dict(after), now)
            case Planned():
                store.save_plan(keep.document, now)
            case Happened():
                store.record(keep.kind, keep.data, now)

    def _turn(self) -> None:
        """Keep that the learner was here."""
        event = Event(self._now(), "turn", {})
        self._do(lambda store: store.record(event.kind, event.data, event.at))
        if self._records is not None:
            events = (*self._records.events, event)
            self._records = dataclasses.replace(self._records, events=events)

    def _note(self, text: str, reply: Reply) -> None:
        """Keep the words of both, where the learner wants that."""
        records = self._records
        if records is None or not records.profile.get("keep_conversations"):
            return
        for who, said in (("learner", text), ("lodestar", text_of(reply.blocks))):
            self._add(Message(self._now(), self._name, who, clean(said)[:LONGEST]))

    def _add(self, message: Message) -> None:
        self._do(lambda store: store.add_message(message))

    def _load(self, store: Store) -> Records:
        seen = store.seen()
        if self._records is None or seen != self._seen:
            self._records, self._seen = store.load(), seen
        return self._records

    def _do(self, work: Callable[[Store], T]) -> T:
        """Do something with the store; where its file fails, with one in memory."""
        try:
            return work(self._store)
        except StoreError as error:
            self._lose(error)
            return work(self._store)

    def _lose(self, error: StoreError) -> None:
        """Go on in memory, with what was known until now."""
        self._tell(f"{error}\nFrom here on nothing is kept.")
        self._keeps = False
        self._store.close()
        self._store = Store(None, self._tell)
        if self._records is not None:
            now = self._now()
            self._store.set_profile(self._records.profile, now)
            if self._records.plan:
                self._store.save_plan(self._records.plan, now)
