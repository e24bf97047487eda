package simd

// ReportRate measures for the benchmarks of whole models.
var ReportRate = reportRate
