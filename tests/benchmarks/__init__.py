"""Benchmarks: ours, the raw limit and the shipped library, interleaved in one run."""
