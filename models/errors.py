"""What can go wrong between a model's source, its file and its manifest.

ModelsError
├── ManifestError       manifest.json is missing, is no JSON, or says what cannot be
├── DigestError         the model's file is missing or is not the one its manifest names
├── RecipeError         recipe.toml does not say what a recipe must
├── SourceError         a package could not be fetched, or is not the one whose hash is written down
│   └── ContentError    the latter: to fetch it again would not help
├── PlaceError          a file or folder that is to be written cannot be
├── ToolError           a program or library that builds models is not installed
├── ConversionError     a TensorFlow.js graph holds what the converter does not know
├── FitError            a box would refuse the model: its file does not fit its manifest
├── GoldenError         the golden pictures and outputs are missing or do not fit the manifest
└── DisagreementError   a model's outputs are further from the reference than its recipe allows
"""


class ModelsError(Exception):
    """Something about a model does not work; the text says what, why and what to do."""


class ManifestError(ModelsError, ValueError):
    """manifest.json is missing, is no JSON, or says what cannot be."""


class DigestError(ModelsError):
    """The model's file is missing or is not the one its manifest names."""


class RecipeError(ModelsError, ValueError):
    """recipe.toml does not say what a recipe must."""


class SourceError(ModelsError, OSError):
    """A package could not be fetched, or is not the one whose hash is written down."""


class ContentError(SourceError):
    """What came is not the one whose hash is written down; to fetch it again would not help."""


class PlaceError(ModelsError, OSError):
    """A file or folder that is to be written cannot be."""


class ToolError(ModelsError):
    """A program or library that builds models is not installed."""


class ConversionError(ModelsError):
    """A TensorFlow.js graph holds what the converter does not know."""


class FitError(ModelsError):
    """The model cannot be opened as a box opens it, or gives what its manifest does not say."""


class GoldenError(ModelsError):
    """The golden pictures and outputs are missing or do not fit the manifest."""


class DisagreementError(ModelsError):
    """A model's outputs are further from the reference than its recipe allows."""
