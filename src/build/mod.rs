//! From a submission's file to something that can be run.
