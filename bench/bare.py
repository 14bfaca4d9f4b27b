"""The bare loop that `coach grade` is measured against: AsyncOpenAI, a semaphore, gather. Grades nothing.

python bench/bare.py REQUESTS.jsonl CONCURRENCY
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from openai import AsyncOpenAI


async def main(path: Path, concurrency: int) -> None:
    client = AsyncOpenAI()
    slots = asyncio.Semaphore(concurrency)

    async def ask(line: str) -> str:
        async with slots:
            reply = await client.chat.completions.create(**json.loads(line)["body"])
            return reply.choices[0].message.content or ""

    with path.open(encoding="utf-8") as file:
        replies = await asyncio.gather(*(ask(line) for line in file))
    path.with_suffix(".replies").write_text("\n".join(replies), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
