"""Composes the rooms from Settings: the only place that knows which implementation stands behind which port.

Everything heavy is imported and built when it is first asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from coach.errors import SetupError
from coach.guides.corpus import Corpus, load_corpus
from coach.prompts import Prompts
from coach.resources import corpus_dir, eval_dir, prompts_dir
from coach.schema.answer import Answer
from coach.schema.grade import Grade, GradeTask
from coach.schema.question import Question
from coach.schema.rubric import Rubric
from coach.settings import Settings, read_settings
from coach.store.database import Database

DEFAULT_MODEL = "gpt-5.4-mini"

if TYPE_CHECKING:
    from coach.grading.llm import LlmGrader
    from coach.grading.local.grader import LocalGrader
    from coach.grading.local.near import Nearness
    from coach.guides.search import Searcher
    from coach.llm.batch_api import BatchApi
    from coach.llm.limiter import Limiter
    from coach.llm.openai_chat import OpenAIChat
    from coach.llm.port import ChatModel
    from coach.llm.prices import Prices
    from coach.progress.noise import Noise


class Rooms:
    """The program's parts over one Settings. Parts that are slow to make are made once, and late."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        # Two locks: the search must not wait for the grader, which takes longer to load.
        self._search_lock = threading.Lock()
        self._grader_lock = threading.Lock()
        self._searcher: Searcher | None = None
        self._local: LocalGrader | None = None
        self._chats: list[OpenAIChat] = []
        self._noise: dict[str, Noise] = {}

    @cached_property
    def corpus(self) -> Corpus:
        return load_corpus(corpus_dir())

    @cached_property
    def prompts(self) -> Prompts:
        return Prompts(prompts_dir())

    @cached_property
    def database(self) -> Database:
        return Database(self.settings.data_dir / "coach.db")

    @property
    def server(self) -> str:
        """The URL that a model would be asked at, without credentials."""
        from coach.llm.server import OPENAI_URL
        from coach.text.urls import shown_url

        return shown_url(self.settings.openai_base_url or OPENAI_URL)

    def searcher(self) -> Searcher:
        """Search over the shipped guides and the user's own; safe to call from several threads."""
        from coach.guides.embed import EmbedderChoice
        from coach.guides.library import user_guides
        from coach.guides.search import open_searcher

        key = self.settings.openai_api_key
        choice = EmbedderChoice(
            self.settings.coach_embedder,
            api_key=key.get_secret_value() if key else None,
            base_url=self.settings.openai_base_url,
        )
        with self._search_lock:
            if self._searcher is None:
                self._searcher = open_searcher(
                    self.corpus,
                    self.settings.data_dir / "index",
                    self.settings.cache_dir,
                    choice,
                    user_guides(self.settings.data_dir / "guides"),
                    chroma_url=self.settings.coach_chroma_url,
                )
            return self._searcher

    def local_grader(self) -> LocalGrader:
        """The embedded grader; the first call loads it."""
        from coach.grading.local.grader import open_local_grader

        with self._grader_lock:
            if self._local is None:
                self._local = open_local_grader(self.corpus, self._sentence_embedder())
            return self._local

    def _sentence_embedder(self) -> Callable[[list[str]], Any] | None:
        """A sentence embedder on this machine, where the user has named one as the embedder."""
        from coach.guides.embed import SENTENCE, open_sentence_model

        name = self.settings.coach_embedder
        return open_sentence_model(name).embed if name.startswith(SENTENCE) else None

    @cached_property
    def nearness(self) -> Nearness:
        """Nearness of texts by the embedded grader's word vectors."""
        from coach.grading.local.near import Nearness

        return Nearness()

    @cached_property
    def prices(self) -> Prices:
        """The price table, or the user's own price."""
        from coach.llm.prices import Prices, own_price

        known = self.settings
        own = own_price(known.coach_price_in, known.coach_price_cached, known.coach_price_out)
        return Prices.load(own=own)

    async def chat(self, model: str | None = None, *, limiter: Limiter | None = None) -> OpenAIChat:
        """The model that settings name, or `model`; `limiter` bounds its requests where many are sent.

        A server without a named model is asked for its first. Raises SetupError where there is
        neither a key nor a server, a ModelError where the server cannot be asked.
        """
        from coach.llm.abilities import Abilities
        from coach.llm.openai_chat import OpenAIChat

        known = self.settings
        chat = OpenAIChat(
            await self.model_name(model),
            api_key=self._key(),
            base_url=known.openai_base_url,
            timeout=known.coach_timeout,
            max_tries=known.coach_max_tries,
            limiter=limiter,
            prices=self.prices,
            abilities=Abilities(known.cache_dir / "abilities.json"),
        )
        self._chats.append(chat)
        return chat

    async def model_name(self, model: str | None = None) -> str:
        """The id of the model that `chat` asks; raises as `chat` does."""
        from coach.llm.model_list import first_model

        known, key = self.settings, self._key()
        name = model or known.coach_model
        if name is None and known.openai_base_url is not None:
            name = await first_model(known.openai_base_url, api_key=key)
        return name or DEFAULT_MODEL

    def batch_api(self) -> BatchApi:
        """The files and batches of the server that settings name."""
        from coach.llm.batch_api import BatchApi

        known = self.settings
        return BatchApi(
            api_key=self._key(), base_url=known.openai_base_url, poll=known.coach_poll, prices=self.prices
        )

    def _key(self) -> str:
        from coach.llm.server import NO_KEY

        known = self.settings
        if not known.has_model:
            raise SetupError(
                "A model needs OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server."
                " Without one use --grader local."
            )
        return known.openai_api_key.get_secret_value() if known.openai_api_key else NO_KEY

    async def hang_up(self) -> None:
        """Close the connections to models; belongs on the event loop that they were used on."""
        while self._chats:
            await self._chats.pop().aclose()

    def close(self) -> None:
        """Close the files that were opened."""
        if self._searcher is not None:
            self._searcher.close()
        if "database" in self.__dict__:
            self.database.close()

    def llm_grader(
        self,
        chat: ChatModel,
        rubric: Rubric | None = None,
        *,
        samples: int = 1,
        first_sample: int = 0,
        per_criterion: bool = False,
    ) -> LlmGrader:
        """The grader that asks `chat`; `rubric` is the corpus's own unless given."""
        from coach.grading.llm import LlmGrader
        from coach.grading.request import RequestBuilder

        return LlmGrader(
            chat,
            RequestBuilder(self.prompts),
            rubric_digest=(rubric or self.corpus.rubric).digest,
            guides_digest=self.corpus.digest,
            samples=samples,
            first_sample=first_sample,
            per_criterion=per_criterion,
        )

    def task_of(self, level: str) -> Callable[[Question, Answer], GradeTask]:
        """Makes grading tasks over the corpus's rubric for one seniority level."""

        def make(question: Question, answer: Answer) -> GradeTask:
            criteria = self.corpus.criteria_of(question.criteria)
            return GradeTask(
                question=question,
                criteria=criteria,
                answer=answer,
                passages=self.corpus.ground(question),
                level_note=self.corpus.level_note(level, criteria),
            )

        return make

    def retry_noise(self, before: Grade, after: Grade) -> float:
        """How far the marks of two answers may lie apart without one being better, in marks.

        By the grades' own ranges, or by what was measured of the grader, whichever is more.
        """
        from coach.report.movement import uncertainty

        return max(uncertainty(before, after), self.noise_of(after.grader.kind).between())

    def noise_of(self, grader: str) -> Noise:
        """The noise of a kind of grader, as the accepted measurements have it."""
        from coach.progress.noise import load_noise

        if grader not in self._noise:
            self._noise[grader] = load_noise(eval_dir() / "baselines", grader)
        return self._noise[grader]

    @staticmethod
    def aims_at_grader(text: str) -> bool:
        """True where a text speaks to whoever or whatever grades it."""
        from coach.grading.injection import aims_at_grader

        return aims_at_grader(Answer.of(text))


def load(settings: Settings | None = None) -> Rooms:
    """The parts of the program over `settings`, or over the environment and .env."""
    return Rooms(settings or read_settings())


def digest_of(rubric: Rubric) -> str:
    """The `rubric` of a grader's identity."""
    return rubric.digest
