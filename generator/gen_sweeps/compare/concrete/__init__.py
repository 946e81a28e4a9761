"""Two files compared byte for byte by LibCST, for the proof's judge.

`parsing` asks Python whether a file is valid, `reading` reads it with LibCST, `outline` turns that
into the neutral tree of `tree`, `alignment` pairs the children of two nodes, and `pairwise` walks
two trees and lists what differs. LibCST is loaded when a file is first parsed.
"""
