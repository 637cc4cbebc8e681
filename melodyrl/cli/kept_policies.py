"""The policies that played in takes, each kept once beside them by the hash of its file."""

from pathlib import Path

from melodyrl.core.policy.policy import Policy
from melodyrl.errors import CheckpointError, FileError
from melodyrl.files import replace_file

_FOLDER = "policies"


class KeptPolicies:
    """A folder within that of the takes, so that a take can be played again whatever changes."""

    def __init__(self, takes: Path) -> None:
        self._folder = takes / _FOLDER

    def path(self, digest: str) -> Path:
        """Where a policy is kept."""
        return self._folder / f"{digest}.safetensors"

    def keep(self, policy: Policy) -> None:
        """Keep the file of a policy that has one; one that is there already is left as it is.

        Raises:
            FileError: it cannot be written.
        """
        from melodyrl.core.policy.checkpoint import TrainedPolicy

        if not isinstance(policy, TrainedPolicy) or self.path(policy.digest).exists():
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            replace_file(self.path(policy.digest), policy.data)
        except OSError as error:
            raise FileError(
                f"The policy that plays cannot be kept in {self._folder} ({error.strerror}), so "
                f"the take can be played again only while its file is there."
            ) from None

    def find(self, digest: str) -> Policy | None:
        """The policy of a hash, None where it is not kept."""
        from melodyrl.core.policy.checkpoint import load

        try:
            policy = load(self.path(digest))
        except CheckpointError:
            return None
        return policy if policy.digest == digest else None
