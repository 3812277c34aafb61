"""Run as `python -m package.train`."""

from plain import main

if __name__ == "__main__":
    main()
