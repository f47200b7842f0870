//! For editors only: the exercises are the binaries beside this file.
