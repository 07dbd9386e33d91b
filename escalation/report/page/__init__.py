"""The page of a run: one offline HTML file, its sections and its figures."""
