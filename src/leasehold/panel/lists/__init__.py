"""Lists as every subject shows them: filters in the address, pages, columns, saved views, bulk acts, exports."""
