"""What differs between Python files that should be siblings, whoever wrote them.

One engine, in one direction:

- `parsing` asks Python whether a file is valid and reads it with LibCST, which keeps every byte;
- `outline` turns LibCST's tree (and `data` a tree of plain data) into the neutral tree of `tree`;
- `align` pairs the children of two nodes, `pairwise` walks two trees and lists what differs;
- `family` compares N files with the most typical of them and groups the values by place;
- `judge` is the same comparison with the treatment's holes taken out, for the proof;
- `vary` says what may differ, `suspicions` what no difference shows.

Nothing is imported here, so that a command which compares nothing does not load LibCST.
"""
