#!/usr/bin/env python3
"""The configurations that the test integration.same_bits leaves out give the same bits on any layout and after any restart (same_bits_runs.py).

    same_bits.py FULLFORCE
"""
import same_bits_runs

if __name__ == "__main__":
    same_bits_runs.main(same_bits_runs.OTHERS)
