"""The methods that are compared, in the order of the table. A new one is one line here."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from melodyrl.learn.compare.library import learn_a2c, learn_dqn, learn_ppo, learn_recurrent_ppo
from melodyrl.learn.compare.own import learn_as_shipped, learn_q
from melodyrl.learn.compare.referee import Referee
from melodyrl.learn.compare.reinforce import learn_reinforce
from melodyrl.learn.compare.tabular import learn_table

Learn = Callable[[Referee, int], None]
"""Learns with a seed for as long as the referee lets it."""


@dataclass(frozen=True, slots=True)
class Method:
    """A row of the table."""

    title: str
    learn: Learn


METHODS: dict[str, Method] = {
    "tabular": Method("Q-learning, table", learn_table),
    "dqn": Method("DQN", learn_q),
    "double": Method("DQN + Double", partial(learn_q, double=True)),
    "dueling": Method("DQN + Dueling", partial(learn_q, dueling=True)),
    "prioritized": Method("DQN + PER", partial(learn_q, replay="prioritized")),
    "together": Method(
        "DQN + all three", partial(learn_q, double=True, dueling=True, replay="prioritized")
    ),
    "told": Method("ours as shipped, told more", learn_as_shipped),
    "sb3-dqn": Method("DQN of SB3", learn_dqn),
    "reinforce": Method("REINFORCE, recurrent", learn_reinforce),
    "a2c": Method("A2C of SB3", learn_a2c),
    "ppo": Method("PPO of SB3", learn_ppo),
    "recurrent-ppo": Method("PPO of SB3, recurrent", learn_recurrent_ppo),
}
