"""What the Python tools of fullforce share: its files, how it is started, studies, figures, pages.

The scripts plot.py, report.py, scaling.py and study.py, two folders above, call `main` of the module
of the same name. `fullforce.files` is for scripts of your own; it needs NumPy and h5py. Modules that
draw need Matplotlib too, and scaling studies need nothing but Python until they draw.
"""
