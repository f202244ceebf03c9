"""What can keep a benchmark from a figure.

BenchError
├── LoadError        the simulated boxes could not do their work
├── MissingError     a program that the bench needs is not there
└── ProductError     the product did not do what the bench waits for
"""


class BenchError(Exception):
    """A figure could not be measured."""


class LoadError(BenchError, RuntimeError):
    """The simulated boxes were refused, cut off or never acknowledged."""


class MissingError(BenchError, RuntimeError):
    """A program of this machine, or a part of the product, is not there."""


class ProductError(BenchError, RuntimeError):
    """The product ended, or never reached the state that the bench waits for."""
