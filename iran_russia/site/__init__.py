"""The built site: one module a job; :mod:`iran_russia.build` connects them to Sphinx."""
