//! The timetable: named jobs, their history, no overlap.
