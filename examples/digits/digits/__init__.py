"""Recognise 8x8 handwritten digits: data, models, training and checkpoints."""
