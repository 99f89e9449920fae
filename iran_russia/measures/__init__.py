"""The field's published measures, as pure functions of tables; one module a subject.

Every function names its formula, its units and where the formula comes from. References are in
``book/references.bib``.
"""
