"""Predictive models: learnt from outcomes with scikit-learn, served from a JSON document in pure Python.

`model` serves and needs nothing. All others are for training, need the extra `ml` (scikit-learn) and are
imported by whoever trains: `columns` reads a table, `leakage` refuses what gives the outcome away, `training`
fits, `report` measures, `evaluation` does all of it for a table. docs/PREDICTION.md tells why.
"""
