//! What a submission may do, as plain data, and the stage that puts it on.
