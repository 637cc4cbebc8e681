"""`python -m melodyrl` is `melodyrl`."""

from melodyrl.cli import main

main()
