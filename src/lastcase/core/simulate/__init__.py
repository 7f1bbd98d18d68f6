"""The outbreak simulated, person by person: the model in its slow reference form, what it is fed with, what it costs.

`reference.simulate` is the definition; `engines.kernel` computes the same numbers fast.
"""
