//! A mistake in something that an author wrote: which file, where, what, and the way out; drawn once, here.
