"""The models that come with this package: a folder each, with its card. `tools/train` holds the script behind each."""
