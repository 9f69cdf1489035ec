"""Pickles, walked opcode by opcode: nothing is imported, called or built."""
