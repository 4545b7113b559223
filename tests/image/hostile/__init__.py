"""The corpus of hostile images: tests/image/hostile-tars shows it, hostile-oracle judges it.

Each case is a function that fills an Image (image.py) with bytes of its own making (tar.py); it stands in the module of
what it attacks. A new one needs no more than its decorator: name, class of the table of security.md, one sentence.
"""
