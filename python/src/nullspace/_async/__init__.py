"""The asyncio SDK: the same names as the blocking one."""
