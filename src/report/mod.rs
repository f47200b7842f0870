//! One file a format: from results and events to what a person or a program reads.
