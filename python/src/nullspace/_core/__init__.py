"""What the blocking and the asyncio SDK share: requests, answers, errors, retries. Nothing here does I/O."""
