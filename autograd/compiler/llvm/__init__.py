"""LLVM machine code, from a rolled program and the kernels of the NumPy executor.

Each file imports from those above it:

    text           LLVM's language, line by line
    interpreter    calls of Python functions, and the interpreter's lock
    lanes          vectors of numbers that NumPy's functions accept as arrays
    elementary     exp, log and their relatives on lanes
    libraries      external functions: libmvec, libm, the engine's
    operations     NumPy's functions on lanes: the table
    applying       operations and folds of a program
    fusing         which instructions share a loop
    storage        the layout of memory: the frame of a call, registers, sums
    carrying       loops over time, and what they carry from step to step
    records        instructions that run from a table
    arrays         NumPy arrays as machine code sees them
    rows           code for a block of rows
    row_products   gradients of weights
    shared_code    code that runs once a call
    array_io       arrays in, results out
    merging        functions that differ only in offsets and counts become one
    writing        the module of a program
    cache          object code in a folder
    machine        this processor; from text to code in memory
    entry          calls from Python on unconverted arguments
    pool           helper threads
    executor       a call
"""
