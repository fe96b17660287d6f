"""Runs the command line as `python -m evenhand.cli`."""

from evenhand.cli import main

if __name__ == "__main__":
    main()
