"""Texts and pictures made from what people said under posts."""
