//! Submissions in, results out: one exercise of one student, and many of many.
