"""What the chapters of the Iran–Russia notebooks share: tables, measures, figures, facts."""
