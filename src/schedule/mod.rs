//! Who runs next: pure policies behind one trait.
