"""Machine code by LLVM, from a rolled program and the kernels of the NumPy executor.

Each file imports from those above it:

    text           LLVM's language, line by line
    interpreter    Python's functions, and its lock
    lanes          vectors of numbers that NumPy's functions take for arrays
    elementary     exp, log and their relatives on lanes
    libraries      functions from outside: libmvec, libm, the engine's
    operations     NumPy's functions on lanes: the table
    applying       operations and folds of a program
    fusing         which instructions share a loop
    storage        where everything lies: the frame of a call, registers, sums
    arrays         NumPy's arrays as machine code sees them
    rows           what is done for a block of rows
    row_products   gradients of weights
    shared_code    what is done once a call
    array_io       arrays in, results out
    writing        the module of a program
    cache          code in a folder
    machine        this processor; from text to code in memory
    pool           threads that help
    executor       a call
"""
