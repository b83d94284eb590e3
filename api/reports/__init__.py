"""The report that a patient takes home: built once as words and numbers, laid out as HTML and as PDF."""
