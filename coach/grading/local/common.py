"""The commonest English words: a comparison of contents passes over them."""

from __future__ import annotations

COMMON = frozenset(
    "the a an and or of to in for on with is are be it that this as at by from we i you they our my "
    "would will can so but if not have has do does was were what when how which there their them its "
    "then than about into more also just all one any each only over out up who your".split()
)
