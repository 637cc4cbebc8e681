"""What a policy is asked."""

from dataclasses import dataclass

from melodyrl.core.policy.state import BoolArray, FloatArray


@dataclass(slots=True, eq=False)
class Question:
    """A choice among actions, of one lane. Whoever asks leaves the arrays as they are."""

    features: FloatArray
    """(D,) what is known of the moment."""
    judgement: FloatArray
    """(A, K) what each action earns at once, by reward term."""
    mask: BoolArray
    """(A,) the actions that may be chosen."""
    w: FloatArray
    """(K,) what the terms weigh."""
    temperature: float
    """In units of w . Q; 0 takes the best."""
    habit: FloatArray | None = None
    """(A,) in nats, see `policy.habit`; None where all is alike."""
